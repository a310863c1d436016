import { createTsne, TSNE_ITERATIONS } from "@fqgan/metrics";
import type { TokenRecord } from "../../stages/token-record.js";
import { escapeHtml } from "../html/markup.js";

const PANEL = 260;
const GAP = 20;
const TOP = 58;
const LEGEND_WIDTH = 130;
const LEGEND_LINE = 18;
/** Classes with a colour of their own, those with most points; the others are grey. */
const COLOURED = 10;
const GREY = "#c8c8c8";

/** Hues far apart for neighbours in the legend. */
const colourOf = (place: number): string =>
  place < 0
    ? GREY
    : `hsl(${((place * 137.508) % 360).toFixed(0)}, ${55 + ((place * 7) % 30)}%, ${40 + ((place * 13) % 20)}%)`;

/**
 * The paper's Figure 4: t-SNE of the mean code vector of test images, a panel for each factor, coloured by class.
 * @returns an SVG; undefined where there are too few points to map
 */
export function codeMapFigure(
  title: string,
  { means, meanLabels, classes }: Pick<TokenRecord, "means" | "meanLabels" | "classes">,
): string | undefined {
  const factors = Object.entries(means);
  if (factors.length === 0 || meanLabels.length < 4) return undefined;
  const coloured = mostFrequent(meanLabels);
  const hasOthers = new Set(meanLabels).size > coloured.length;
  const width = Math.max(2 * LEGEND_WIDTH, factors.length * (PANEL + GAP)) + GAP;
  const perLine = Math.floor((width - GAP) / LEGEND_WIDTH);
  const legend = [
    ...coloured.map((label) => classes[label] ?? `class ${label}`),
    ...(hasOthers ? ["others"] : []),
  ];
  const height = TOP + PANEL + GAP + LEGEND_LINE * Math.ceil(legend.length / perLine) + 6;
  const text = (x: number, y: number, content: string, more = "") =>
    `<text x="${x}" y="${y}" font-size="11" font-family="sans-serif" fill="#333" ${more}>${escapeHtml(content)}</text>`;
  const panels = factors.map(([name, { data, shape }], panel) => {
    const left = GAP + panel * (PANEL + GAP);
    const columns = shape[1]!;
    const points = Array.from(meanLabels, (_, i) =>
      Array.from(data.subarray(i * columns, (i + 1) * columns)),
    );
    const dots = placed(points).map(([x, y], i) => {
      const colour = colourOf(coloured.indexOf(meanLabels[i]!));
      return `<circle cx="${(left + PANEL * x).toFixed(1)}" cy="${(TOP + PANEL * y).toFixed(1)}" r="2.4" fill="${colour}"/>`;
    });
    return (
      `<rect x="${left}" y="${TOP}" width="${PANEL}" height="${PANEL}" fill="none" stroke="#ddd"/>` +
      `${dots.join("")}${text(left + PANEL / 2, TOP - 8, name, 'text-anchor="middle"')}`
    );
  });
  const entries = legend.map((label, i) => {
    const [x, y] = [GAP + (i % perLine) * LEGEND_WIDTH, Math.floor(i / perLine)];
    const top = TOP + PANEL + GAP + y * LEGEND_LINE;
    const colour = colourOf(i < coloured.length ? i : -1);
    return `<circle cx="${x + 5}" cy="${top}" r="4" fill="${colour}"/>${text(x + 14, top + 4, label)}`;
  });
  const head = `${title}: t-SNE of mean codes, ${meanLabels.length} images`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${text(GAP, 20, head, 'font-weight="bold"')}` +
    `${panels.join("")}${entries.join("")}</svg>\n`
  );
}

function mostFrequent(labels: Int32Array): number[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .sort(([a, times], [b, others]) => others - times || a - b)
    .slice(0, COLOURED)
    .map(([label]) => label);
}

/** Where t-SNE puts points, from 0 to 1 with a little room around them. */
function placed(points: readonly (readonly number[])[]): (readonly [x: number, y: number])[] {
  const tsne = createTsne(points);
  while (tsne.iteration < TSNE_ITERATIONS) tsne.step();
  const { places } = tsne;
  const reach = 1.06 * places.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const share = (value: number) => 0.5 + value / (2 * reach);
  return points.map((_, i) => [share(places[2 * i]!), share(places[2 * i + 1]!)] as const);
}
