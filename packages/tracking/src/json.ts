/**
 * JSON as W&B's files hold it: NaN and the infinities are bare tokens (`JSON.stringify` would write null,
 * and the chart would show a gap where the loss blew up).
 */
export function encodeJson(value: unknown): string {
  if (typeof value === "number")
    return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${encodeJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
