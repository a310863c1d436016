/** The change from a baseline in percent. */
export function Delta({ value, from }: { value: number | undefined; from: number | undefined }) {
  if (value === undefined || !from || value === from) return null;
  const percent = (100 * (value - from)) / Math.abs(from);
  const text = `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %`;
  return <span className="change"> ({text})</span>;
}
