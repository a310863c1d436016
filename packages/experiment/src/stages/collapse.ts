import type { StageContext } from "./stage.js";

/** Below this share of codes in use a codebook is wasting most of its bits. */
const LOW_USAGE = 0.5;

/** Says when most of a codebook lies idle over a whole evaluation set that could have used it. */
export function warnOfCollapse(
  { warn }: Pick<StageContext<unknown>, "warn">,
  usage: {
    readonly step: number;
    readonly counts: Readonly<Record<string, readonly number[]>>;
  },
): void {
  for (const [codebook, counts] of Object.entries(usage.counts)) {
    const used = counts.filter((count) => count > 0).length;
    const positions = counts.reduce((sum, count) => sum + count, 0);
    if (used / counts.length >= LOW_USAGE || positions < 4 * counts.length) continue;
    const idle = Math.round(100 * (1 - used / counts.length));
    warn({
      code: "codebook-collapse",
      step: usage.step,
      message:
        `${codebook}: ${idle}% of its ${counts.length} codes are never used (codebook collapse); ` +
        "a smaller codebook or an entropy loss helps, more steps may too",
    });
  }
}
