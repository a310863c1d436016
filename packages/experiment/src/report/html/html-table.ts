import { formatCell } from "../format-table.js";
import type { FilledTable } from "../table.js";
import { escapeHtml } from "./markup.js";

/** A filled table; the best of a column bold, the second underlined, where ranking means something. */
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
