import { defineRegistry, type Strategy } from "@fqgan/registry";

/** How the guidance scale changes from the first position of an image to the last. */
export interface GuidanceSchedule extends Strategy {
  /** The share of guidance at `progress` in [0, 1] through the image: 0 is none, 1 the full scale. */
  strength(progress: number): number;
}

/** How strong guidance is from the first position to the last, by name. */
export const guidanceSchedules = defineRegistry<GuidanceSchedule>("guidance schedule", [
  {
    name: "constant",
    summary: "the full scale everywhere",
    options: {},
    strength: () => 1,
  },
  {
    name: "linear",
    summary: "from none at the first position to the full scale at the last",
    reference: "Muse, arXiv 2301.00704",
    options: {},
    strength: (progress) => progress,
  },
  {
    name: "cosine",
    summary: "as linear, but slowly at both ends",
    options: {},
    strength: (progress) => (1 - Math.cos(Math.PI * progress)) / 2,
  },
]);

export interface Guidance {
  /** By codebook; 1 is no guidance, 0 ignores the class. */
  readonly scale: Readonly<Record<string, number>>;
  readonly schedule: string;
  /** First position guided and first one no longer guided. */
  readonly interval: readonly [number, number];
}

/** The scale for a codebook at a position of `count`. */
export function guidanceScale(
  guidance: Guidance,
  place: { codebook: string; position: number; count: number },
): number {
  const { scale, schedule, interval } = guidance;
  const { codebook, position, count } = place;
  if (position < interval[0] || position >= interval[1]) return 1;
  const strength = guidanceSchedules.get(schedule).strength(position / Math.max(1, count - 1));
  return 1 + strength * (scale[codebook]! - 1);
}
