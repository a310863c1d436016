const FULL = "█";
const EMPTY = "░";
const BAR = 20;

/** "████████░░░░" */
export function formatBar(fraction: number, width = BAR): string {
  const filled = Math.floor(Math.max(0, Math.min(1, fraction)) * width);
  return FULL.repeat(filled) + EMPTY.repeat(width - filled);
}

/** "7 s", "1 min 52 s", "2 h 5 min" */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0
    ? `${Math.floor(minutes / 60)} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "412 img/s", "3.4 img/s" */
export function formatRate(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} img/s`;
}

/** "1.6 GB" */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** How wide text is in a terminal without escapes; every character this program prints is one cell. */
export const visibleLength = (text: string): number =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  text.replace(/\u001b\[[0-9;]*m/g, "").length;

/** Cuts text to a number of cells, escapes kept. */
export function fit(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const parts = text.match(/\u001b\[[0-9;]*m|./gu) ?? [];
  let room = width - 1;
  let fitted = "";
  for (const part of parts) {
    const isEscape = part.startsWith("\u001b");
    if (!isEscape && room === 0) continue;
    fitted += part;
    if (!isEscape) room -= 1;
  }
  return `${fitted}…`;
}
