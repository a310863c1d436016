import { defineRegistry, type Strategy, type StrategyConfig } from "@fqgan/registry";
import { type Key, uniform53 } from "@fqgan/tensor";
import * as z from "zod";
import type { Dimension, Sample } from "./space.js";
import { valueAt } from "./space.js";
import { proposeByTpe } from "./tpe.js";

/** A sample that has been run, and how good it was: lower is better. */
export interface Observation {
  readonly sample: Sample;
  readonly loss: number;
}

/** Chooses where to look next. */
export interface SearchStrategy extends Strategy {
  /** How many samples may be asked for before any result is in; the rest come in rounds. */
  blindSamples(config: StrategyConfig): number;
  /** One sample; the same for the same key and observations. */
  propose(question: {
    readonly config: StrategyConfig;
    readonly space: Readonly<Record<string, Dimension>>;
    readonly observed: readonly Observation[];
    readonly key: Key;
  }): Sample;
}

function proposeAtRandom({
  space,
  key,
}: {
  space: Readonly<Record<string, Dimension>>;
  key: Key;
}): Sample {
  const paths = Object.keys(space);
  const places = uniform53(key, paths.length);
  return Object.fromEntries(paths.map((path, i) => [path, valueAt(space[path]!, places[i]!)]));
}

const random: SearchStrategy = {
  name: "random",
  summary: "samples drawn independently of one another",
  reference: "Bergstra & Bengio 2012, https://jmlr.org/papers/v13/bergstra12a.html",
  options: {},
  blindSamples: () => Number.POSITIVE_INFINITY,
  propose: proposeAtRandom,
};

const tpe: SearchStrategy = {
  name: "tpe",
  summary:
    "samples where good ones have been and bad ones have not (tree-structured Parzen estimator)",
  reference: "Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization",
  options: {
    startup: z.int().positive().default(8).describe("samples at random first"),
    candidates: z.int().positive().default(24).describe("drawn for each proposal"),
  },
  blindSamples: ({ startup }) => startup as number,
  propose: (question) => {
    const { config, observed } = question;
    const { startup, candidates } = config as unknown as { startup: number; candidates: number };
    return observed.length < startup
      ? proposeAtRandom(question)
      : proposeByTpe({ ...question, candidates });
  },
};

/** Ways to search, by name. */
export const searches = defineRegistry<SearchStrategy>("search", [random, tpe]);
