/** Colours of groups, in order; told apart by people who see few colours (Okabe and Ito, darkened where needed). */
export const GROUP_COLOURS = [
  "--group-0",
  "--group-1",
  "--group-2",
  "--group-3",
  "--group-4",
  "--group-5",
  "--group-6",
  "--group-7",
] as const;

export const groupColour = (index: number): string => GROUP_COLOURS[index % GROUP_COLOURS.length]!;

/** Resolves light-dark() colours, which a canvas cannot read from a custom property. */
export function resolveColour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

/** The same colour, see-through. */
export const withAlpha = (rgb: string, alpha: number): string =>
  rgb.replace(/^rgba?\(([^)]+?)(?:, [\d.]+)?\)$/, (_, channels) => `rgba(${channels}, ${alpha})`);

/** Dark to bright for shares from 0 to 1, as even steps to the eye: the anchors of viridis. */
const VIRIDIS = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const;

export function viridis(share: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const [a, b] = [VIRIDIS[low]!, VIRIDIS[low + 1]!];
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (place - low));
  return [mix(0), mix(1), mix(2)];
}

/** A colour for a code or a class: neighbours in number are far apart in hue. */
export function categoryColour(index: number): string {
  const hue = (index * 137.508) % 360;
  return `hsl(${hue.toFixed(1)} ${55 + ((index * 7) % 30)}% ${45 + ((index * 13) % 20)}%)`;
}
