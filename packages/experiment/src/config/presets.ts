import { defineRegistry, type Strategy } from "@fqgan/registry";
import type { DataRecord } from "../schema/merge.js";

/** A whole experiment by name; sweeps and `--set` state differences from it. */
export interface ExperimentPreset extends Strategy {
  readonly config: DataRecord;
}

/**
 * Emoji at 32×32, a dual FQGAN of 8×8 positions and a small FAR: minutes on two cores.
 * `fqgan sweep run sweeps/ablation.yaml` is made of it.
 */
const emojiMini: ExperimentPreset = {
  name: "emoji-mini",
  summary: "emoji 32×32, FQGAN-Dual mini, FAR mini",
  options: {},
  config: {
    data: { name: "emoji", size: 32 },
    tokenizer: {
      preset: "fqgan-dual-mini",
      train: {
        steps: 1000,
        batchSize: 16,
        learningRate: 0.0015,
        schedule: { name: "cosine", warmup: 50, final: 0.05 },
      },
    },
    generator: {
      preset: "far-mini",
      train: {
        steps: 500,
        batchSize: 32,
        learningRate: 0.001,
        schedule: { name: "cosine", warmup: 50, final: 0.05 },
      },
    },
  },
};

/** Experiments by name. */
export const experimentPresets = defineRegistry<ExperimentPreset>("experiment preset", [emojiMini]);
