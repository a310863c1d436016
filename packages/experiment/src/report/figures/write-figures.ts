import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { writeFileAtomic } from "../../store/atomic-file.js";
import { readMedia, readRunStatus } from "../../store/read-run.js";
import { sweepFolder } from "../../store/sweep-store.js";
import { latest } from "../html/pictures.js";
import { codebookSizeFigure, sizePoints } from "./codebook-size.js";
import { factorFigure } from "./stack.js";

/**
 * Writes a sweep's figures beside its record: `figure-1.svg` (rFID against codebook size),
 * `figure-3-<point>.png` (all and single sub-codebooks), `figure-5-<point>.png` (samples, a class a row).
 * @returns the files
 */
export async function writeFigures(runsFolder: string, record: SweepRecord): Promise<string[]> {
  const folder = sweepFolder(runsFolder, record.name);
  const written: string[] = [];
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileAtomic(path, content, { durable: false });
    written.push(path);
  };
  const first = codebookSizeFigure(record.title, sizePoints(runsFolder, record));
  if (first) write("figure-1.svg", first);
  const drawn = new Set<string>();
  for (const { slug, stages } of record.points)
    for (const [kind, id] of Object.entries(stages)) {
      const run = join(runsFolder, id);
      if (drawn.has(id) || readRunStatus(run) !== "done") continue;
      drawn.add(id);
      if (kind === "tokenizer") {
        const figure = await factorFigure(run);
        if (figure) write(`figure-3-${slug}.png`, figure.png);
      }
      const samples = kind === "generator" ? latest(readMedia(run), "samples") : undefined;
      if (samples && existsSync(join(run, samples.file))) {
        const path = join(folder, `figure-5-${slug}.png`);
        copyFileSync(join(run, samples.file), path);
        written.push(path);
      }
    }
  return written;
}
