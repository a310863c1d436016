/** Text as HTML: names, captions and config values are text, never markup. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) =>
      ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[character]!,
  );
}

/** Colours of series that keep apart in light and dark and for colour-blind eyes (Tol's bright scheme). */
const SERIES = [
  "#4477aa",
  "#ee6677",
  "#228833",
  "#ccbb44",
  "#66ccee",
  "#aa3377",
  "#bb7744",
  "#888888",
];

export const seriesColour = (index: number): string => SERIES[index % SERIES.length]!;

/** Round numbers between two values, at most `count` and one. */
export function ticks(low: number, high: number, count = 4): number[] {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.ceil(low / step);
  const length = Math.floor(high / step) - first + 1;
  return Array.from({ length }, (_, i) => (first + i) * step);
}
