import type { Column } from "../schema/sweep-format.js";
import type { Cell, FilledTable } from "./table.js";

/** How a table can be written. */
export const TABLE_FORMATS = ["text", "markdown", "latex", "csv"] as const;

/** One of those. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Large numbers need fewer places: of 104.3893 nobody reads the last two. */
const placesOf = (value: number, digits: number) =>
  digits < 3 ? digits : Math.max(1, digits - Math.floor(Math.log10(Math.max(1, Math.abs(value)))));

/** With a minus sign instead of a hyphen, and none before a zero. */
const typeset = (number: string) => number.replace(/^-(?=[0.]*$)/, "").replace("-", "−");

/** A number as a column shows it: "48.1", "−0.3", "61 %", "1,234,567". */
export function formatValue(value: number, { format, digits }: Column): string {
  if (!Number.isFinite(value)) return String(value);
  if (format === "percent") return `${typeset((100 * value).toFixed(0))} %`;
  if (format === "count") return typeset(Math.round(value).toLocaleString("en"));
  return typeset(value.toFixed(placesOf(value, digits)));
}

/** "48.1", or with several seeds "48.1 ± 0.3". */
function formatCell(cell: Cell | undefined, column: Column): string {
  if (!cell) return "–";
  const mean = formatValue(cell.mean, column);
  const { deviation } = cell;
  if (deviation === undefined || (column.format === "count" && deviation === 0)) return mean;
  if (column.format === "percent")
    return `${mean.replace(" %", "")} ± ${(100 * deviation).toFixed(1)} %`;
  return `${mean} ± ${deviation.toFixed(Math.max(1, placesOf(cell.mean, column.digits)))}`;
}

/** A table as text: what is the same for every format. */
export interface Grid {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** What it means that a number is marked, by its rank. */
  readonly marks: Readonly<Partial<Record<1 | 2, string>>>;
  /** Titles of the columns after the first, which names the rows. */
  readonly head: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    readonly cells: readonly { readonly text: string; readonly rank?: 1 | 2 | undefined }[];
  }[];
}

/** A filled table as text. */
export const tableGrid = ({ name, title, caption, columns, rows }: FilledTable): Grid => ({
  name,
  title,
  caption,
  marks: {
    1: "paired 95 % interval against every other row excludes zero",
    2: "against every row but one",
  },
  head: columns.map((column) => column.title),
  rows: rows.map((row) => ({
    label: row.label,
    cells: row.cells.map((cell, i) => ({ text: formatCell(cell, columns[i]!), rank: cell?.rank })),
  })),
});

const pad = (text: string, width: number, right: boolean) =>
  right ? text.padStart(width) : text.padEnd(width);

/**
 * The caption, and what those marks mean that there are.
 *
 * @param signs what marks look like, by rank; one that is left out is not shown
 */
export function markedCaption(
  { caption, marks, rows }: Grid,
  signs: Readonly<Partial<Record<1 | 2, string>>> = { 1: "bold:", 2: "underlined:" },
): string {
  const has = (wanted: 1 | 2) => rows.some((row) => row.cells.some(({ rank }) => rank === wanted));
  const said = ([1, 2] as const)
    .filter((rank) => marks[rank] !== undefined && signs[rank] !== undefined && has(rank))
    .map((rank) => `${signs[rank]} ${marks[rank]}`);
  return [caption, ...said].join(" · ");
}

function gridText(grid: Grid): string {
  const { title, head, rows } = grid;
  const cells = [
    ["", ...head],
    ...rows.map((row) => [
      row.label,
      ...row.cells.map(({ text, rank }) => `${rank === 1 ? "*" : ""}${text}`),
    ]),
  ];
  const widths = cells[0]!.map((_, c) => Math.max(...cells.map((line) => line[c]!.length)));
  const lines = cells.map((line) =>
    line
      .map((text, c) => pad(text, widths[c]!, c > 0))
      .join("   ")
      .trimEnd(),
  );
  return [`${title} · ${markedCaption(grid, { 1: "*" })}`, ...lines].join("\n");
}

function gridMarkdown(grid: Grid): string {
  const { title, head, rows } = grid;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const escapeBar = (text: string) => text.replaceAll("|", "\\|");
  const marked = ({ text, rank }: Grid["rows"][number]["cells"][number]) => {
    if (rank === 1) return `**${text}**`;
    return rank === 2 ? `<u>${text}</u>` : text;
  };
  return [
    `**${escapeBar(title)}**. ${escapeBar(markedCaption(grid))}.`,
    "",
    line(["", ...head.map(escapeBar)]),
    line(["---", ...head.map(() => "---:")]),
    ...rows.map((row) => line([escapeBar(row.label), ...row.cells.map(marked)])),
  ].join("\n");
}

const LATEX: Readonly<Record<string, string>> = {
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "{": "\\{",
  "}": "\\}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "\\": "\\textbackslash{}",
  "↓": "$\\downarrow$",
  "↑": "$\\uparrow$",
  "×": "$\\times$",
  "±": "$\\pm$",
  "·": "$\\cdot$",
  "–": "--",
  "−": "$-$",
  "†": "\\dag{}",
};
const escapeLatex = (text: string) =>
  text.replace(/[&%$#_{}~^\\↓↑×±·–−†]/g, (character) => LATEX[character]!);

/** A booktabs table. */
function gridLatex(grid: Grid): string {
  const { name, title, head, rows } = grid;
  const marked = ({ text, rank }: Grid["rows"][number]["cells"][number]) => {
    const escaped = escapeLatex(text);
    if (rank === 1) return `\\textbf{${escaped}}`;
    return rank === 2 ? `\\underline{${escaped}}` : escaped;
  };
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escapeLatex(title)}. ${escapeLatex(markedCaption(grid))}.}`,
    `\\label{tab:${name}}`,
    `\\begin{tabular}{l${"r".repeat(head.length)}}`,
    "\\toprule",
    `${["", ...head.map(escapeLatex)].join(" & ")} \\\\`,
    "\\midrule",
    ...rows.map((row) => `${[escapeLatex(row.label), ...row.cells.map(marked)].join(" & ")} \\\\`),
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
  ].join("\n");
}

export function csv(lines: readonly (readonly string[])[]): string {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines.map((line) => line.map(quote).join(",")).join("\n");
}

/** Full precision, one column for the mean and one for the deviation. */
function tableCsv({ columns, rows }: FilledTable): string {
  const head = columns.flatMap(({ metric }) => [metric, `${metric} std`, `${metric} seeds`]);
  return csv([
    ["row", ...head],
    ...rows.map((row) => [
      row.label,
      ...row.cells.flatMap((cell) => [
        cell ? String(cell.mean) : "",
        cell?.deviation === undefined ? "" : String(cell.deviation),
        cell ? String(cell.values.length) : "0",
      ]),
    ]),
  ]);
}

/** Formats that a grid of text becomes. */
const GRIDS: Readonly<Record<Exclude<TableFormat, "csv">, (grid: Grid) => string>> = {
  text: gridText,
  markdown: gridMarkdown,
  latex: gridLatex,
};

/** @param lines what CSV holds, with full precision */
export const formatGrid = (
  grid: Grid,
  { format, lines }: { format: TableFormat; lines: readonly (readonly string[])[] },
): string => (format === "csv" ? csv(lines) : GRIDS[format](grid));

/** A table as text, Markdown, LaTeX (booktabs) or CSV. */
export function formatTable(table: FilledTable, format: TableFormat): string {
  return format === "csv" ? tableCsv(table) : GRIDS[format](tableGrid(table));
}
