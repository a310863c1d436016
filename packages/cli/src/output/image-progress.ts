import { type KeepOptions, Rate } from "@fqgan/experiment";
import { formatDuration, formatRate } from "./format.js";
import { LiveLines } from "./live.js";

/** Lines of a log that is no terminal are at least this far apart. */
const PLAIN_MS = 15_000;
const REDRAW_MS = 100;

/** "1,200 of 50,000 images  8.4 img/s  left 1 h 37 min" on stderr; nothing when quiet. */
export function imageProgress(options: { readonly quiet: boolean }): {
  update(done: number, total: number): void;
  close(): void;
} {
  const stream = process.stderr;
  const live = stream.isTTY ? new LiveLines(stream) : undefined;
  const rate = new Rate();
  let before = 0;
  let shown = performance.now();
  return {
    update(done, total) {
      const now = performance.now();
      rate.add(done - before);
      before = done;
      if (options.quiet || now - shown < (live ? REDRAW_MS : PLAIN_MS)) return;
      shown = now;
      const { perSecond } = rate;
      const left = perSecond
        ? `  ${formatRate(perSecond)}  left ${formatDuration((total - done) / perSecond)}`
        : "";
      const line = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} images${left}`;
      if (live) live.update([line]);
      else stream.write(`${line}\n`);
    },
    close: () => live?.clear(),
  };
}

/** Long evaluations go on where they were stopped; says so. */
export const keeping = ({ quiet }: { readonly quiet: boolean }): KeepOptions => ({
  onResume({ counted }, file) {
    const images = (counted.real + counted.fake).toLocaleString("en");
    if (!quiet)
      process.stderr.write(`goes on after ${images} images measured before, kept in ${file}\n`);
  },
});
