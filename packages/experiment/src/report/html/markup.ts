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
