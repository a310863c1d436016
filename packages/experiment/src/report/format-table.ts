import type { Column } from "../schema/sweep-format.js";
import type { Cell, FilledTable } from "./table.js";

export const TABLE_FORMATS = ["text", "markdown", "latex", "csv"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A number as a column shows it: "48.1", "61 %", "1,234,567". */
export function formatValue(value: number, { format, digits }: Column): string {
  if (!Number.isFinite(value)) return String(value);
  if (format === "percent") return `${Math.round(100 * value)} %`;
  if (format === "count") return Math.round(value).toLocaleString("en");
  return value.toFixed(digits);
}

/** "48.1", or with several seeds "48.1 ± 0.3". */
export function formatCell(cell: Cell | undefined, column: Column): string {
  if (!cell) return "–";
  const mean = formatValue(cell.mean, column);
  const { deviation } = cell;
  if (deviation === undefined || (column.format === "count" && deviation === 0)) return mean;
  if (column.format === "percent")
    return `${Math.round(100 * cell.mean)} ± ${(100 * deviation).toFixed(1)} %`;
  return `${mean} ± ${deviation.toFixed(Math.max(1, column.digits))}`;
}

const pad = (text: string, width: number, right: boolean) =>
  right ? text.padStart(width) : text.padEnd(width);

function formatText({ title, caption, columns, rows }: FilledTable): string {
  const cells = [
    ["", ...columns.map((column) => column.title)],
    ...rows.map((row) => [
      row.label,
      ...row.cells.map((cell, i) => {
        const best = cell?.rank === 1 ? "*" : "";
        return `${best}${formatCell(cell, columns[i]!)}`;
      }),
    ]),
  ];
  const widths = cells[0]!.map((_, c) => Math.max(...cells.map((line) => line[c]!.length)));
  const lines = cells.map((line) =>
    line
      .map((text, c) => pad(text, widths[c]!, c > 0))
      .join("   ")
      .trimEnd(),
  );
  const ranked = rows.some((row) => row.cells.some((cell) => cell?.rank === 1));
  return [`${title} · ${caption}${ranked ? " · * best" : ""}`, ...lines].join("\n");
}

function formatMarkdown({ title, caption, columns, rows }: FilledTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const escapeBar = (text: string) => text.replaceAll("|", "\\|");
  const marked = (cell: Cell | undefined, column: Column) => {
    const text = formatCell(cell, column);
    if (cell?.rank === 1) return `**${text}**`;
    return cell?.rank === 2 ? `<u>${text}</u>` : text;
  };
  return [
    `**${escapeBar(title)}**. ${escapeBar(caption)}.`,
    "",
    line(["", ...columns.map((column) => escapeBar(column.title))]),
    line(["---", ...columns.map(() => "---:")]),
    ...rows.map((row) =>
      line([escapeBar(row.label), ...row.cells.map((cell, i) => marked(cell, columns[i]!))]),
    ),
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
};
const escapeLatex = (text: string) =>
  text.replace(/[&%$#_{}~^\\↓↑×±·–]/g, (character) => LATEX[character]!);

/** A booktabs table; the best mean bold, the second underlined. */
function formatLatex({ name, title, caption, columns, rows }: FilledTable): string {
  const marked = (cell: Cell | undefined, column: Column) => {
    const text = escapeLatex(formatCell(cell, column));
    if (cell?.rank === 1) return `\\textbf{${text}}`;
    return cell?.rank === 2 ? `\\underline{${text}}` : text;
  };
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escapeLatex(title)}. ${escapeLatex(caption)}.}`,
    `\\label{tab:${name}}`,
    `\\begin{tabular}{l${"r".repeat(columns.length)}}`,
    "\\toprule",
    `${["", ...columns.map((column) => escapeLatex(column.title))].join(" & ")} \\\\`,
    "\\midrule",
    ...rows.map(
      (row) =>
        `${[escapeLatex(row.label), ...row.cells.map((cell, i) => marked(cell, columns[i]!))].join(" & ")} \\\\`,
    ),
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
  ].join("\n");
}

/** Full precision, one column for the mean and one for the deviation. */
function formatCsv({ columns, rows }: FilledTable): string {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = columns.flatMap(({ metric }) => [metric, `${metric} std`, `${metric} seeds`]);
  return [
    ["row", ...head],
    ...rows.map((row) => [
      row.label,
      ...row.cells.flatMap((cell) => [
        cell ? String(cell.mean) : "",
        cell?.deviation === undefined ? "" : String(cell.deviation),
        cell ? String(cell.values.length) : "0",
      ]),
    ]),
  ]
    .map((line) => line.map(quote).join(","))
    .join("\n");
}

const FORMATS: Readonly<Record<TableFormat, (table: FilledTable) => string>> = {
  text: formatText,
  markdown: formatMarkdown,
  latex: formatLatex,
  csv: formatCsv,
};

export function formatTable(table: FilledTable, format: TableFormat): string {
  return FORMATS[format](table);
}
