import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Unfolding } from "@fqgan/experiment";
import { contactSheet, encodePng, type Image, inRows } from "@fqgan/image";
import { halfBlocks } from "../output/half-blocks.js";
import { writePicture } from "../output/write-picture.js";

/** Pictures side by side in a frame. */
const COLUMNS = 8;

/**
 * Shows batches while they are drawn: as numbered PNGs, in the terminal, or both.
 * @returns each batch when it is done
 */
export async function* showUnfolding(
  unfolding: AsyncIterable<Unfolding>,
  { frames, watch }: { readonly frames: string | undefined; readonly watch: boolean },
): AsyncGenerator<readonly Image[]> {
  if (frames !== undefined) mkdirSync(frames, { recursive: true });
  const stream = process.stderr;
  let lines = 0;
  let frame = 0;
  for await (const { pictures, done } of unfolding) {
    const sheet = contactSheet(inRows(pictures, COLUMNS));
    if (frames !== undefined) {
      const scale = Math.max(1, Math.round(96 / pictures[0]!.width));
      const large = contactSheet(inRows(pictures, COLUMNS), { scale });
      const name = `frame-${String(frame++).padStart(5, "0")}.png`;
      writePicture(join(frames, name), await encodePng(large));
    }
    if (watch) {
      const shown = halfBlocks(sheet, (stream.columns || 80) - 1);
      // Over the same picture of a moment ago.
      const back = lines > 0 ? `\u001b[${lines}A` : "";
      stream.write(`${back}${shown.join("\n")}\n`);
      lines = done ? 0 : shown.length;
    }
    if (done) yield pictures;
  }
}
