/** Whether a point's axis values are all among a condition's. */
export function matches(
  axes: Readonly<Record<string, string>>,
  condition: Readonly<Record<string, readonly string[]>>,
): boolean {
  return Object.entries(condition).every(([axis, values]) => values.includes(axes[axis]!));
}
