import type { SweepRecord } from "../../schema/sweep-format.js";
import { contrastsGrid, type FilledContrast } from "../contrasts.js";
import { differencesFrom, differencesGrid } from "../differences.js";
import { contrastsFigure } from "../figures/contrasts-figure.js";
import { type Grid, markedCaption, tableGrid } from "../format-table.js";
import type { FilledTable } from "../table.js";
import { escapeHtml } from "./markup.js";

/** A filled table; what seeds tell apart is marked. */
export function htmlTable(table: FilledTable): string {
  const grid = tableGrid(table);
  return (
    `<section><h2>${escapeHtml(grid.title)}</h2>${gridTable(grid)}` +
    `<p class="note">${escapeHtml(markedCaption(grid))}</p></section>`
  );
}

const MARKED = { 1: ["<b>", "</b>"], 2: ["<u>", "</u>"] } as const;

/** Rows and columns of text with their marks. */
function gridTable({ head, rows }: Grid): string {
  const heads = ["", ...head].map((text) => `<th>${escapeHtml(text)}</th>`).join("");
  const body = rows.map(({ label, cells }) => {
    const filled = cells.map(({ text, rank }) => {
      const [before, after] = rank ? MARKED[rank] : ["", ""];
      return `<td>${before}${escapeHtml(text)}${after}</td>`;
    });
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
  return (
    `<details><summary>${escapeHtml(grid.title)}</summary>${gridTable(grid)}` +
    `<p class="note">${escapeHtml(markedCaption(grid))}</p></details>`
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
