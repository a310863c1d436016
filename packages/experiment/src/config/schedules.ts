import { defineRegistry, type Strategy, type StrategyConfig } from "@fqgan/registry";
import { optim } from "@fqgan/tensor";
import * as z from "zod";

/** A learning rate over a training of known length. */
export interface ScheduleStrategy extends Strategy {
  create(options: {
    readonly config: StrategyConfig;
    /** The config's learning rate. */
    readonly peak: number;
    /** Steps of the whole training. */
    readonly steps: number;
  }): optim.Schedule;
}

const warmup = z.int().min(0).default(0).describe("steps of linear warm-up");

const constant: ScheduleStrategy = {
  name: "constant",
  summary: "Linear warm-up, then constant",
  options: { warmup },
  create: ({ config, peak }) => optim.warmupConstant(peak, config.warmup as number),
};

const cosine: ScheduleStrategy = {
  name: "cosine",
  summary: "Linear warm-up, then a cosine down to a share of the peak",
  reference: "https://arxiv.org/abs/1608.03983",
  options: {
    warmup,
    final: z.number().min(0).max(1).default(0).describe("share of the peak at the end"),
  },
  create: ({ config, peak, steps }) =>
    optim.warmupCosine(peak, config.warmup as number, steps, peak * (config.final as number)),
};

/** Learning rate schedules by name. */
export const schedules = defineRegistry<ScheduleStrategy>("learning rate schedule", [
  constant,
  cosine,
]);
