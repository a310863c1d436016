import type { SymptomName } from "./symptoms.js";

/** What one codebook shows over a stretch of training, or over a data set. */
export interface HealthWindow {
  readonly positions: number;
  /** Of the use of codes, and how many were used. */
  readonly perplexity: number;
  readonly used: number;
  /** The mean commitment loss. */
  readonly commitment?: number | undefined;
  /** The mean length of the encoder's latents, before normalisation. */
  readonly latentNorm?: number | undefined;
}

/** What a rule looks at. */
export interface Circumstances {
  /** The number of codes. */
  readonly size: number;
  readonly now: HealthWindow;
  /** Earlier windows, oldest first. */
  readonly before: readonly HealthWindow[];
  /** A finished model: nothing grows any more. */
  readonly settled: boolean;
}

/** The figures that show a symptom, or undefined where there is none. */
export type HealthRule = (seen: Circumstances) => string | undefined;

/** Use of a codebook is judged on so many positions for each code: an even use would leave none out. */
const FEWEST_POSITIONS_PER_CODE = 4;

/** Windows that a codebook may take to grow in. */
const GROWING_WINDOWS = 4;

const shown = (value: number) => value.toPrecision(3);

const isEnough = ({ size, now }: Circumstances) =>
  now.positions >= FEWEST_POSITIONS_PER_CODE * size;

/** Whether a figure has stopped to grow over the last windows. */
function stands(
  { now, before, settled }: Circumstances,
  figure: "perplexity" | "used",
  { windows, growth }: { readonly windows: number; readonly growth: number },
): boolean {
  const then = before.at(-windows);
  return settled || (then !== undefined && now[figure] < growth * then[figure]);
}

/** Below half of the best window so far. */
const fallen =
  (figure: "perplexity" | "used", words: string): HealthRule =>
  ({ now, before }) => {
    const best = Math.max(0, ...before.map((window) => window[figure]));
    if (now[figure] >= 0.5 * best) return undefined;
    return `${words} ${shown(now[figure])}, once ${shown(best)}`;
  };

/** When each symptom is present. */
export const healthRules: Readonly<Partial<Record<SymptomName, HealthRule>>> = {
  collapsed(seen) {
    const { size, now } = seen;
    const limit = Math.max(2, 0.02 * size);
    if (size <= 2 || !isEnough(seen) || now.perplexity >= limit) return undefined;
    if (!stands(seen, "perplexity", { windows: 1, growth: 1.1 })) return undefined;
    return `perplexity ${shown(now.perplexity)} of ${size} codes`;
  },

  "codes-idle"(seen) {
    const { size, now } = seen;
    if (!isEnough(seen) || now.used >= 0.5 * size) return undefined;
    if (!stands(seen, "used", { windows: GROWING_WINDOWS, growth: 1.05 })) return undefined;
    return `${now.used} of ${size} codes in use`;
  },

  "perplexity-falling": fallen("perplexity", "perplexity"),

  "codes-dying": fallen("used", "codes in use"),

  "commitment-exploding"({ now, before }) {
    const earlier = before.flatMap(({ commitment }) => commitment ?? []);
    const [first, calmest] = [earlier[0], Math.min(...earlier)];
    if (now.commitment === undefined || first === undefined) return undefined;
    // A loss without a weight is always 0.
    if (calmest === 0) return undefined;
    // Healthy ones grow tens of times from where k-means has left them, with the latents' scale.
    if (now.commitment < 100 * calmest || now.commitment < 10 * first) return undefined;
    return `commitment loss ${shown(now.commitment)}, once ${shown(calmest)}`;
  },

  "latents-drifting"({ now, before }) {
    const first = before.find(({ latentNorm }) => latentNorm !== undefined)?.latentNorm;
    if (now.latentNorm === undefined || !first) return undefined;
    const ratio = now.latentNorm / first;
    if (ratio < 10 && ratio > 0.1) return undefined;
    return `mean length of latents ${shown(now.latentNorm)}, at the start ${shown(first)}`;
  },
};
