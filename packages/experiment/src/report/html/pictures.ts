import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MediaRow } from "../../schema/run-format.js";
import { escapeHtml } from "./markup.js";

/** Pictures are shown at least this large: pixels of a small model stay visible as pixels. */
const CELL = 80;
/** Samples are many. */
const SAMPLE_CELL = 48;

const scaleOf = ({ width, columns }: MediaRow, cell: number) =>
  Math.max(1, Math.round(cell / (width / columns)));

/** A PNG of a run, inlined. Missing files are told, not drawn. */
function inline(folder: string, row: MediaRow, cell = CELL): string {
  const { file, width, height, caption } = row;
  const scale = scaleOf(row, cell);
  try {
    const data = readFileSync(join(folder, file)).toString("base64");
    return (
      `<img src="data:image/png;base64,${data}" width="${width * scale}" height="${height * scale}" ` +
      `alt="${escapeHtml(caption)}">`
    );
  } catch {
    return `<p class="note">${escapeHtml(file)} is missing</p>`;
  }
}

const figure = (caption: string, content: string) =>
  `<figure><figcaption>${escapeHtml(caption)}</figcaption><div class="scroll">${content}</div></figure>`;

/** Originals under reconstructions, with the page's slider moving the border inside every picture. */
export function comparison(folder: string, inputs: MediaRow, reconstructions: MediaRow): string {
  const cell = (inputs.width / inputs.columns) * scaleOf(inputs, CELL);
  return figure(
    "original | reconstruction",
    `<div class="compare" style="--cell:${cell}px">${inline(folder, inputs)}` +
      `<div class="over">${inline(folder, reconstructions)}</div></div>`,
  );
}

export function picture(folder: string, row: MediaRow, caption: string): string {
  return figure(caption, inline(folder, row));
}

/** Samples with the name of each row's class. */
export function samplesByClass(folder: string, row: MediaRow): string {
  const classes = (row.items ?? []).filter((_, i) => i % row.columns === 0);
  const names = classes.map((name) => `<li>${escapeHtml(name)}</li>`);
  return (
    `<div class="samples scroll"><ol style="grid-template-rows:repeat(${row.rows},1fr)">${names.join("")}</ol>` +
    `${inline(folder, row, SAMPLE_CELL)}</div>`
  );
}

/** The last row of a kind (and codebook). */
export function latest(
  media: readonly MediaRow[],
  kind: string,
  codebook?: string,
): MediaRow | undefined {
  return media.filter((row) => row.kind === kind && row.codebook === codebook).at(-1);
}
