import type { SweepRecord } from "../../schema/sweep-format.js";
import { contrastsGrid, type FilledContrast } from "../contrasts.js";
import { differencesFrom, differencesGrid } from "../differences.js";
import { contrastsFigure } from "../figures/contrasts-figure.js";
import { formatCell, type Grid } from "../format-table.js";
import type { FilledTable } from "../table.js";
import { escapeHtml } from "./markup.js";

/** A filled table; what seeds tell apart from every other row bold. */
export function htmlTable({ title, caption, columns, rows }: FilledTable): string {
  const head = ["", ...columns.map((column) => column.title)]
    .map((text) => `<th>${escapeHtml(text)}</th>`)
    .join("");
  const body = rows.map(({ label, cells }) => {
    const filled = cells.map((cell, i) => {
      const text = escapeHtml(formatCell(cell, columns[i]!));
      if (cell?.rank === 1) return `<td><b>${text}</b></td>`;
      return cell?.rank === 2 ? `<td><u>${text}</u></td>` : `<td>${text}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(label)}</th>${filled.join("")}</tr>`;
  });
  return (
    `<section><h2>${escapeHtml(title)}</h2><div class="scroll"><table><thead><tr>${head}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table></div><p class="note">${escapeHtml(caption)}</p></section>`
  );
}

/** Rows and columns of text; what is marked bold. */
function gridTable({ head, rows }: Grid): string {
  const heads = ["", ...head].map((text) => `<th>${escapeHtml(text)}</th>`).join("");
  const body = rows.map(({ label, cells }) => {
    const filled = cells.map(({ text, rank }) =>
      rank === 1 ? `<td><b>${escapeHtml(text)}</b></td>` : `<td>${escapeHtml(text)}</td>`,
    );
    return `<tr><th scope="row">${escapeHtml(label)}</th>${filled.join("")}</tr>`;
  });
  return (
    `<div class="scroll"><table><thead><tr>${heads}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table></div>`
  );
}

/** Paired differences from the table's first row, folded away; nothing with one seed. */
export function htmlDifferences(table: FilledTable): string {
  if (table.rows.length < 2) return "";
  const differences = differencesFrom(table);
  if (!differences.rows.some(({ cells }) => cells.some((cell) => cell !== undefined))) return "";
  const grid = differencesGrid(differences);
  const note = `${grid.caption}; bold: ${grid.mark}`;
  return (
    `<details><summary>${escapeHtml(grid.title)}</summary>${gridTable(grid)}` +
    `<p class="note">${escapeHtml(note)}</p></details>`
  );
}

/** What a sweep set out to show, as a picture and a table with a verdict a row; nothing without contrasts. */
export function htmlContrasts(record: SweepRecord, filled: readonly FilledContrast[]): string {
  if (filled.length === 0) return "";
  const grid = contrastsGrid(record, filled);
  return (
    `<section><h2>Contrasts</h2><div class="scroll">${contrastsFigure(record, filled) ?? ""}</div>` +
    `${gridTable(grid)}<p class="note">${escapeHtml(grid.caption)}</p></section>`
  );
}
