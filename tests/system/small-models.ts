/** A tokenizer and a generator small enough for a software GPU, and what they do on the engine in use. */
import { createGenerator, presetConfig, Sampler } from "@fqgan/ar-generator";
import {
  createKey,
  fold,
  type HostTensor,
  hostTensor,
  readVariables,
  uniform,
} from "@fqgan/tensor";
import { createTokenizer, TokenizerTrainer } from "@fqgan/tokenizer";

export const BATCH = 2;
export const SIZE = 8;
/** Of a teacher. */
export const FEATURES = 6;

const network = { name: "convolutional", channels: 4, multipliers: [1, 2], groups: 2 };
const quantizer = { name: "vq", size: 16, dimensions: 4, entropy: { weight: 0.03 } };
const adapter = { name: "transformer", layers: 1, heads: 2 };
/** FQGAN with everything but a discriminator. */
export const smallFqgan = {
  image: { size: SIZE },
  encoder: { ...network, residualBlocks: 1 },
  decoder: { ...network, residualBlocks: 1 },
  latentChannels: 8,
  codebooks: {
    visual: { quantizer, adapter },
    semantic: {
      quantizer,
      adapter,
      representation: { teacher: "given", features: FEATURES, layers: 1, heads: 2 },
    },
  },
  losses: { disentanglement: 0.1 },
};
const adversarial = { discriminator: { name: "patch", channels: 4, layers: 1 }, startStep: 2 };

export interface TokenizerRun {
  /** Everything that a step reports, by step. */
  readonly steps: readonly Readonly<Record<string, number>>[];
  readonly codes: Readonly<Record<string, HostTensor>>;
  readonly reconstruction: HostTensor;
  /** Of the tokenizer, as a checkpoint gets them. */
  readonly weights: Readonly<Record<string, HostTensor>>;
}

/** Trains both players for some steps; then the images as codes and as a reconstruction. */
export async function trainTokenizer(steps: number): Promise<TokenizerRun> {
  const key = createKey(5);
  const losses = { ...smallFqgan.losses, adversarial };
  const tokenizer = createTokenizer({ ...smallFqgan, losses }, 5);
  const trainer = new TokenizerTrainer(tokenizer, { key, learningRate: 1e-3 });
  const noise = (name: string, shape: readonly number[]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return hostTensor(
      uniform(fold(key, name), size).map((u) => 2 * u - 1),
      shape,
    );
  };
  const images = noise("images", [BATCH, SIZE, SIZE, 3]);
  const teachers = { given: noise("teacher", [BATCH, FEATURES]) };
  const seen: Record<string, number>[] = [];
  for (let step = 0; step < steps; step++)
    seen.push({ ...(await trainer.trainStep({ images, teachers })) } as Record<string, number>);
  const run = {
    steps: seen,
    codes: await tokenizer.encode(images),
    reconstruction: await tokenizer.reconstruct(images),
    weights: await readVariables(tokenizer.namedVariables()),
  };
  trainer.dispose();
  tokenizer.dispose();
  return run;
}

/** Codes of two images, with guidance, the most likely ones. */
export async function sampleCodes(): Promise<Readonly<Record<string, HostTensor>>> {
  const config = presetConfig("far-mini", {
    vocabularies: { visual: 16, semantic: 16 },
    grid: [2, 2],
    classes: 2,
    width: 32,
    layers: 1,
  });
  const generator = createGenerator(config, createKey(0));
  const sampler = new Sampler(generator, { batch: 2, weights: "frozen" });
  const codes = await sampler.generate({
    classes: [0, 1],
    seed: 7,
    temperature: 0,
    guidance: { scale: 2 },
  });
  sampler.dispose();
  generator.dispose();
  return codes;
}
