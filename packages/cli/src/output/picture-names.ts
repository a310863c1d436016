/**
 * A file name for each picture of these classes: `arts-crafts-000.png`, numbered apart by name, since classes
 * may differ in signs or case alone.
 */
export function pictureNames(classes: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return classes.map((word) => {
    const name = word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, "-");
    const number = counts.get(name) ?? 0;
    counts.set(name, number + 1);
    return `${name}-${String(number).padStart(3, "0")}.png`;
  });
}
