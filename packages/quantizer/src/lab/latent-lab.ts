import { type StrategyConfig, UserError } from "@fqgan/registry";
import {
  compile,
  fold,
  type HostTensor,
  hostTensor,
  type Key,
  nn,
  optim,
  permutation,
  RandomStream,
  type Tensor,
  tf,
} from "@fqgan/tensor";
import { checkFinite } from "../codes.js";
import type { Composition } from "../compose/composition.js";
import { joinChannels, splitChannels } from "../compose/product.js";
import { createComposition } from "../compose/registry.js";
import { type CodebookReport, CodebookStats } from "../stats/codebook-stats.js";
import { fitAffine } from "./least-squares.js";
import { principalAxes } from "./principal-axes.js";
import { Projection } from "./projection.js";

/** Latents to fit on and to judge on, and what is compared. */
export interface LatentLabOptions {
  /** [N, D] latents of one encoder to fit on, and others to judge on. */
  readonly train: HostTensor;
  readonly test: HostTensor;
  /** A composition's config for each contender: `{ name: "single", quantizer: { … } }`. */
  readonly candidates: Readonly<Record<string, StrategyConfig>>;
  readonly steps?: number;
  /** Latents a step. */
  readonly batch?: number;
  readonly learningRate?: number;
  readonly key: Key;
  /** Called when a contender is done. */
  readonly onResult?: (name: string, result: LabResult) => void;
}

/** How well one contender represents the held-out latents. */
export interface LabResult {
  /** Mean squared error per dimension of the latents. */
  readonly distortion: number;
  /** The same as a share of the latents' variance: 0 is perfect, 1 is no better than their mean. */
  readonly relativeDistortion: number;
  /**
   * The share that is lost already by having so few dimensions: what no quantizer of this length can
   * win back through linear maps.
   */
  readonly projectionFloor: number;
  /** Codebook use on the held-out latents; bits per position nominal and entropy-coded. */
  readonly use: CodebookReport;
  readonly parameters: number;
  readonly seconds: number;
}

/**
 * Fits quantizers to the same cached latents and compares them, apart from any encoder, decoder or
 * perceptual loss: each gets an affine map in, trained for the squared error plus its own losses, and the best affine
 * map out.
 */
export async function compareQuantizers(
  options: LatentLabOptions,
): Promise<Record<string, LabResult>> {
  const { train, test, candidates, key, onResult } = options;
  const size = train.shape[1];
  for (const [name, { shape, data }] of Object.entries({ train, test })) {
    if (shape.length !== 2 || shape[1] !== size || shape[0] === 0)
      throw new UserError(
        `latent lab: expected ${name} latents [N, ${size ?? "D"}], got [${shape.join(", ")}]`,
      );
    checkFinite(`latent lab: ${name}`, data as Float32Array);
  }
  const results: Record<string, LabResult> = {};
  for (const [name, config] of Object.entries(candidates)) {
    const composition = createComposition(config, fold(key, name));
    checkCandidate(name, composition, train);
    results[name] = await fitAndJudge(composition, { ...options, key: fold(key, "data") });
    onResult?.(name, results[name]);
    composition.dispose();
  }
  return results;
}

/** A codebook needs more latents to be fitted on than it has codes, unless it has none to fit. */
function checkCandidate(name: string, { codebooks }: Composition, train: HostTensor): void {
  if (Object.keys(codebooks).length === 0)
    throw new UserError(
      `latent lab: ${name}: expected codebooks, got none; compare what has codes`,
    );
  for (const [codebook, { size, setCodes }] of Object.entries(codebooks))
    if (setCodes && size > train.shape[0]!)
      throw new UserError(
        `latent lab: ${name}: expected at least ${size} latents to fit codebook "${codebook}", ` +
          `got ${train.shape[0]}; cache more images, or make the codebook smaller`,
      );
}

/** A composition between its projections. */
class Contender extends nn.Module {
  constructor(
    readonly projection: Projection,
    readonly composition: Composition,
  ) {
    super();
  }
}

async function fitAndJudge(
  composition: Composition,
  options: LatentLabOptions,
): Promise<LabResult> {
  const { train, steps = 300, batch = 1024, learningRate = 3e-3, key } = options;
  const start = performance.now();
  const axes = principalAxes(train);
  const dimensions = lengthOf(composition);
  const contender = new Contender(new Projection(axes, dimensions), composition);
  await seed(contender, { train, batch, key: fold(key, "seed") });
  await fitOutward(contender, train);
  const adam = new optim.Adam(contender.namedVariables(), {
    learningRate: optim.warmupCosine(learningRate, Math.min(10, steps), steps),
  });
  const random = new RandomStream(fold(key, "random"));
  const step = compile<{ z: HostTensor }, { loss: Tensor }>(
    ({ z }) => {
      const { value, grads } = tf.variableGrads(() => {
        const { decoded, losses } = pass(contender, z, { training: true, random });
        return tf.addN([tf.losses.meanSquaredError(z, decoded), ...losses]) as tf.Scalar;
      }, adam.variables);
      adam.apply(grads);
      return { loss: value };
    },
    { name: "latent lab" },
  );
  const rows = Math.min(batch, train.shape[0]!);
  for (let i = 0; i < steps; i++) {
    await step({ z: takeRows(train, { count: rows, index: i, key }) });
    adam.advance();
    random.advance();
  }
  step.dispose();
  await fitOutward(contender, train);
  const judged = await judge(contender, options.test);
  adam.dispose();
  contender.projection.dispose();
  const variance = axes.variances.reduce((sum, value) => sum + value, 0);
  const lost = axes.variances.slice(dimensions).reduce((sum, value) => sum + value, 0);
  return {
    ...judged,
    projectionFloor: variance > 0 ? lost / variance : 0,
    parameters: composition.parameterCount(),
    seconds: (performance.now() - start) / 1000,
  };
}

const lengthOf = (composition: Composition) =>
  Object.values(composition.latents).reduce((sum, { dimensions }) => sum + dimensions, 0);

/** Latents [N, D] into the composition's space and back. */
function pass(
  { projection, composition }: Contender,
  z: Tensor,
  mode: { training: boolean; random?: RandomStream },
) {
  const entered = splitChannels(projection.enter(z), composition.latents);
  const { outputs, indices, losses } = composition.quantize(entered, mode);
  const decoded = projection.leave(joinChannels(outputs));
  return { decoded, indices, losses: Object.values(losses) };
}

/** Sets the codebooks by k-means on some of the latents, as they enter. */
async function seed(
  { projection, composition }: Contender,
  { train, batch, key }: { train: HostTensor; batch: number; key: Key },
): Promise<void> {
  const largest = Math.max(...Object.values(composition.codebooks).map(({ size }) => size));
  const count = Math.min(train.shape[0]!, Math.max(batch, 16 * Math.min(largest, train.shape[0]!)));
  const program = compile<{ z: HostTensor }, Record<string, Tensor>>(({ z }) =>
    splitChannels(projection.enter(z), composition.latents),
  );
  const latents = await program({ z: takeRows(train, { count, index: 0, key }) });
  program.dispose();
  await composition.seed(latents, { key });
}

/** The best map out for the codes as they are: no contender loses by how long its map was trained. */
async function fitOutward({ projection, composition }: Contender, train: HostTensor) {
  const program = compile<{ z: HostTensor }, { codes: Tensor }>(({ z }) => {
    const entered = splitChannels(projection.enter(z), composition.latents);
    const { outputs } = composition.quantize(entered, { training: false });
    return { codes: joinChannels(outputs) };
  });
  const { codes } = await program({ z: train });
  program.dispose();
  projection.setOutward(fitAffine(codes, train));
}

/** Rows of the index-th batch: an order drawn anew for each pass through the data. */
function takeRows(
  { shape, data }: HostTensor,
  { count, index, key }: { count: number; index: number; key: Key },
): HostTensor {
  const [total, size] = shape as [number, number];
  const perPass = Math.floor(total / count);
  const order = permutation(fold(key, Math.floor(index / perPass)), total);
  const first = (index % perPass) * count;
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const row = order[first + i]! * size;
    values.set(data.subarray(row, row + size) as Float32Array, i * size);
  }
  return hostTensor(values, [count, size]);
}

/** Distortion and use on all held-out latents at once. */
async function judge(contender: Contender, test: HostTensor) {
  const program = compile<
    { z: HostTensor },
    { error: Tensor; variance: Tensor; indices: Record<string, Tensor> }
  >(
    ({ z }) => {
      const { decoded, indices } = pass(contender, z, { training: false });
      const centred = tf.sub(z, tf.mean(z, 0, true));
      return {
        error: tf.losses.meanSquaredError(z, decoded),
        variance: tf.mean(tf.square(centred)),
        indices: { ...indices },
      };
    },
    { name: "latent lab, judged" },
  );
  const { error, variance, indices } = await program({ z: test });
  program.dispose();
  const { codebooks } = contender.composition;
  const names = Object.keys(codebooks);
  const stats = new CodebookStats(
    Object.fromEntries(names.map((name) => [name, codebooks[name]!.size])),
  );
  const codes = names.map((name) => [name, indices[name]!.data as Int32Array]);
  stats.add(Object.fromEntries(codes));
  const distortion = error.data[0]!;
  return {
    distortion,
    relativeDistortion: distortion / Math.max(variance.data[0]!, 1e-12),
    use: stats.report(),
  };
}
