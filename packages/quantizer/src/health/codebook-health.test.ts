import {
  compile,
  createKey,
  fold,
  type HostTensor,
  hostTensor,
  nn,
  normal,
  optim,
  randomInteger,
  type Tensor,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createQuantizer } from "../registry.js";
import { seedCodebook } from "../seed-codebook.js";
import { straightThrough } from "../straight-through.js";
import { CodebookHealth, explainHealth, type HealthEvent } from "./codebook-health.js";
import { type SymptomName, symptoms } from "./symptoms.js";

const key = createKey(5);
const STEPS = 150;

interface Setup {
  readonly quantizer: { readonly name: string; readonly [option: string]: unknown };
  readonly learningRate: number;
  /** Where the encoder's latents lie before training, in every dimension. */
  readonly offset: number;
  readonly seeded: boolean;
}

/** Trains a linear encoder, a quantizer and a linear decoder on Gaussian data, watched all the way. */
async function trainWatched({ quantizer: config, learningRate, offset, seeded }: Setup) {
  const quantizer = createQuantizer(config, key);
  const linear = (inputs: number, outputs: number, at: number) =>
    new nn.Linear({ inputs, outputs, biasInit: nn.constantInit(at), key: fold(key, inputs) });
  const encoder = linear(8, 4, offset);
  const decoder = linear(4, 8, 0);
  const variables = new Map(
    Object.entries({ encoder, quantizer, decoder }).flatMap(([name, module]) => [
      ...module.namedVariables(name),
    ]),
  );
  const adam = new optim.Adam(variables, { learningRate });
  const batch = (step: number) => hostTensor(normal(fold(key, "data", step), 512 * 8), [512, 8]);
  if (seeded) {
    const encode = compile<{ x: HostTensor }, { z: Tensor }>(({ x }) => ({ z: encoder.call(x) }));
    const { z } = await encode({ x: batch(0) });
    encode.dispose();
    await seedCodebook(quantizer, { latents: z, key });
  }
  const step = compile<{ x: HostTensor }, Record<"indices" | "commitment" | "norm", Tensor>>(
    ({ x }) => {
      const seen: Tensor[] = [];
      const { grads } = tf.variableGrads(() => {
        const z = encoder.call(x) as Tensor2D;
        const quantized = quantizer.quantize(z, { training: true });
        const norm = tf.mean(tf.sqrt(tf.sum(tf.square(z), 1)));
        seen.push(quantized.indices, quantized.losses.commitment!, norm);
        for (const tensor of seen) tf.keep(tensor);
        const error = tf.losses.meanSquaredError(x, decoder.call(straightThrough(quantized)));
        return tf.addN([error, ...Object.values(quantized.losses)]) as tf.Scalar;
      }, adam.variables);
      adam.apply(grads);
      return { indices: seen[0]!, commitment: seen[1]!, norm: seen[2]! };
    },
  );
  const health = new CodebookHealth({ sizes: { code: quantizer.size }, steps: STEPS });
  const events: HealthEvent[] = [];
  for (let i = 0; i < STEPS; i++) {
    const { indices, commitment, norm } = await step({ x: batch(i) });
    adam.advance();
    events.push(
      ...health.observe({
        step: i,
        codes: { code: indices.data as Int32Array },
        commitment: { code: commitment.data[0]! },
        latentNorm: { code: norm.data[0]! },
      }),
    );
  }
  step.dispose();
  return events;
}

/** Setups in which a codebook thrives; each plant spoils one thing of one of them. */
const table: Setup = {
  quantizer: { name: "vq", size: 128, dimensions: 4, normalize: "none" },
  learningRate: 1e-3,
  offset: 0,
  seeded: true,
};
const signs = (entropyWeight: number): Setup => ({
  quantizer: { name: "lfq", bits: 4, entropy: { weight: entropyWeight, temperature: 1 } },
  learningRate: 1e-2,
  offset: 1.2,
  seeded: false,
});

const plants: Record<string, { readonly setup: Setup; readonly symptom: SymptomName }> = {
  // Codes near zero, all latents far away on one side.
  "a bad initialisation": {
    setup: { ...table, offset: 20, seeded: false },
    symptom: "collapsed",
  },
  "far too high a learning rate": {
    setup: { ...table, learningRate: 100 },
    symptom: "codes-dying",
  },
  // Most latents begin on one side of zero, and nothing asks for the other.
  "no entropy term": { setup: signs(0), symptom: "collapsed" },
};

describe("CodebookHealth", () => {
  it.each(Object.entries(plants))(
    "finds what comes of %s before a tenth of the run is over",
    async (_, { setup, symptom }) => {
      const [first] = await trainWatched(setup);
      expect(first).toMatchObject({ codebook: "code", symptom });
      expect(first!.step).toBeLessThan(STEPS / 10);
    },
  );

  it.each([
    ["l2, entropy", { normalize: "l2", entropy: { weight: 0.03 } }],
    ["plain", { normalize: "none" }],
    ["moving averages", { name: "ema-vq", normalize: "none" }],
  ])("raises no alarm in a healthy run (%s)", async (_, options) => {
    const quantizer = { ...table.quantizer, ...options };
    expect(await trainWatched({ ...table, quantizer })).toEqual([]);
  });

  it("raises no alarm where an entropy term makes signs differ", async () => {
    expect(await trainWatched(signs(2))).toEqual([]);
  });

  /** Feeds windows in which `codes(window)` codes are used evenly. */
  const feed = (
    codes: (window: number) => number,
    extra: (window: number) => object = () => ({}),
  ) => {
    const health = new CodebookHealth({ sizes: { code: 128 } });
    return Array.from({ length: 12 }, (_, window) => {
      const indices = Int32Array.from({ length: 2048 }, (_, i) =>
        randomInteger(fold(key, window, i), codes(window)),
      );
      return health.observe({ step: window, codes: { code: indices }, ...extra(window) });
    }).flat();
  };

  it("tells falling perplexity and dying codes, once each", () => {
    const events = feed((window) => (window < 5 ? 128 : 32));
    expect(events.map(({ step, symptom }) => [step, symptom])).toEqual([
      [6, "perplexity-falling"],
      [6, "codes-dying"],
    ]);
  });

  it("tells what has gone away and come back again", () => {
    const sick = (window: number) => [5, 6, 7, 10, 11].includes(window);
    const steps = feed((window) => (sick(window) ? 32 : 128)).map(({ step }) => step);
    expect(steps).toEqual([6, 6, 11, 11]);
  });

  it("tells codes that lie idle once they have had time", () => {
    const events = feed((window) => Math.min(50, 20 + 5 * window));
    expect(events.map(({ step, symptom }) => [step, symptom])).toEqual([[11, "codes-idle"]]);
    expect(events[0]!.evidence).toBe("50 of 128 codes in use");
  });

  it("lets a codebook grow", () => {
    expect(feed((window) => 1 + window * 10)).toEqual([]);
  });

  it("tells exploding commitment, drifting latents and divergence", () => {
    const grows = (factor: number) => (window: number) => ({
      commitment: { code: 0.1 * factor ** window },
      latentNorm: { code: 1 },
    });
    expect(feed(() => 128, grows(3)).map((event) => event.symptom)).toEqual([
      "commitment-exploding",
    ]);
    const drifts = (window: number) => ({ latentNorm: { code: 2 ** window } });
    expect(feed(() => 128, drifts).map((event) => event.symptom)).toEqual(["latents-drifting"]);
    const breaks = (window: number) => ({ commitment: { code: window < 3 ? 1 : Number.NaN } });
    expect(feed(() => 128, breaks).map(({ step, symptom }) => [step, symptom])).toEqual([
      [3, "diverged"],
    ]);
  });

  it("raises no alarm over a commitment loss without a weight, which is always 0", () => {
    const unweighted = () => ({ commitment: { code: 0 } });
    expect(feed(() => 128, unweighted)).toEqual([]);
  });

  it("explains each symptom with its cause and sourced advice", () => {
    for (const symptom of Object.keys(symptoms) as (keyof typeof symptoms)[]) {
      const text = explainHealth({ step: 40, codebook: "visual", symptom, evidence: "figures" });
      expect(text).toMatch(/^step 40, codebook visual: .+ \(figures\)\n {2}likely cause: /);
      expect(text).toMatch(/\n {2}- .+ \(https:\/\/arxiv\.org\/abs\/\d{4}\.\d{5}\)/);
    }
  });
});
