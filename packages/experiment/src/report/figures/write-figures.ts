import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { rasterizeSvg } from "@fqgan/image";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { readTokenRecord } from "../../stages/token-record.js";
import { writeFileAtomic } from "../../store/atomic-file.js";
import { readMedia, readRunConfig, readRunStatus } from "../../store/read-run.js";
import { sweepFolder } from "../../store/sweep-store.js";
import { latest } from "../html/pictures.js";
import { PAPER_FIGURE_1 } from "../paper/paper-tables.js";
import { codeMapFigure } from "./code-map.js";
import { codebookSizeFigure, sizePoints } from "./codebook-size.js";
import type { ReportFigure } from "./report-figure.js";
import { factorFigure } from "./stack.js";

/** What a report has at once; t-SNE takes seconds a tokenizer and is left to `writeFigures`. */
export function quickFigures(runsFolder: string, record: SweepRecord): ReportFigure[] {
  const svg = codebookSizeFigure(record.title, sizePoints(runsFolder, record));
  return svg === undefined ? [] : [{ name: "figure-1", title: "rFID by codebook size", svg }];
}

/** The paper's points have a picture of their own: another extractor's distances fit on no common axis. */
const paperFigure = (): ReportFigure => ({
  name: "figure-1-paper",
  title: "rFID by codebook size, the paper's Table 1 (ImageNet)",
  svg: codebookSizeFigure("Paper's Table 1, 16×", PAPER_FIGURE_1)!,
});

/**
 * Writes a sweep's figures beside its record: `figure-1.{svg,png}` (rFID against codebook size),
 * `figure-3-<point>.png` (all and single sub-codebooks), `figure-4-<point>.{svg,png}` (t-SNE of codes, a panel for
 * each sub-codebook), `figure-5-<point>.png` (samples, a class a row).
 * @param options paper: Figure 1 once more with the paper's own points
 * @returns the files, and the drawings among them for a report
 */
export async function writeFigures(
  runsFolder: string,
  record: SweepRecord,
  { paper = false }: { readonly paper?: boolean } = {},
): Promise<{ readonly files: readonly string[]; readonly drawings: readonly ReportFigure[] }> {
  const folder = sweepFolder(runsFolder, record.name);
  const files: string[] = [];
  const drawings: ReportFigure[] = [];
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileAtomic(path, content, { durable: false });
    files.push(path);
  };
  const draw = async (drawing: ReportFigure) => {
    drawings.push(drawing);
    write(`${drawing.name}.svg`, drawing.svg);
    write(`${drawing.name}.png`, await rasterizeSvg(drawing.svg));
  };
  for (const drawing of quickFigures(runsFolder, record)) await draw(drawing);
  if (paper) await draw(paperFigure());
  const seen = new Set<string>();
  for (const { slug, stages } of record.points)
    for (const [kind, id] of Object.entries(stages)) {
      const run = join(runsFolder, id);
      if (seen.has(id) || readRunStatus(run) !== "done") continue;
      seen.add(id);
      if (kind === "tokenizer") {
        const factors = await factorFigure(run);
        if (factors) write(`figure-3-${slug}.png`, factors.png);
        const map = codeMap(run);
        if (map) await draw({ name: `figure-4-${slug}`, ...map });
      }
      const samples = kind === "generator" ? latest(readMedia(run), "samples") : undefined;
      if (samples && existsSync(join(run, samples.file))) {
        const path = join(folder, `figure-5-${slug}.png`);
        copyFileSync(join(run, samples.file), path);
        files.push(path);
      }
    }
  return { files, drawings };
}

function codeMap(run: string): Pick<ReportFigure, "title" | "svg"> | undefined {
  const record = readTokenRecord(run);
  const { label } = readRunConfig(run);
  const svg = record && codeMapFigure(label, record);
  return svg === undefined ? undefined : { title: `Codes of ${label}`, svg };
}
