/** Small models with weights that are nowhere zero, and images, for this package's tests. */
import { createGenerator, type Generator, type GeneratorInput } from "@fqgan/ar-generator";
import { createKey, fold, type HostTensor, hostTensor, normal, tf, uniform } from "@fqgan/tensor";
import { createTokenizer, type Tokenizer, type TokenizerConfigInput } from "@fqgan/tokenizer";
import { type Exported, nodeRuntime } from "../export/index.js";
import { type OnnxGenerator, type OnnxTokenizer, openGenerator, openTokenizer } from "../index.js";

const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };
const vq = { name: "vq", size: 16, dimensions: 4 };

/** One codebook by this quantizer, for 8×8 images on a grid of 4×4. */
export const quantizedBy = (quantizer: unknown): TokenizerConfigInput =>
  ({
    image: { size: 8 },
    latentChannels: 8,
    encoder: { ...network, residualBlocks: 1 },
    decoder: { ...network, residualBlocks: 1 },
    codebooks: { visual: { quantizer, adapter: { name: "none" } } },
  }) as TokenizerConfigInput;

/** Two codebooks with the adapters of FQGAN. */
export function tinyTokenizer(sizes = { visual: 16, semantic: 16 }): Tokenizer {
  const adapter = { name: "transformer", layers: 1, heads: 2 };
  const codebook = (size: number) => ({ quantizer: { ...vq, size }, adapter });
  const { visual, semantic } = sizes;
  const codebooks = { visual: codebook(visual), semantic: codebook(semantic) };
  return createTokenizer({ ...quantizedBy(vq), codebooks }, 1);
}

/** Uniform noise in [-1, 1), [B, size, size, 3]. */
export function noise(batch: number, size = 8): HostTensor {
  const values = uniform(createKey(5), batch * size * size * 3).map((u) => 2 * u - 1);
  return hostTensor(values, [batch, size, size, 3]);
}

/** For the codes of `tinyTokenizer`. Output layers start at zero, which would hide mistakes. */
export function tinyGenerator(changes: Partial<GeneratorInput> = {}): Generator {
  const generator = createGenerator({
    vocabularies: { visual: 16, semantic: 12 },
    grid: [4, 4],
    classes: 3,
    width: 16,
    layers: 2,
    heads: 2,
    feedForwardMultiple: 8,
    head: { name: "factorized", layers: 1 },
    ...changes,
  });
  for (const [name, variable] of generator.namedVariables()) {
    const values = normal(fold(createKey(2), name), variable.size);
    const [mean, scale] = variable.rank === 1 ? [1, 0.1] : [0, 0.4];
    const weights = tf.tensor(
      values.map((value) => mean + scale * value),
      variable.shape,
    );
    variable.assign(weights as never);
  }
  return generator;
}

/** An export, run from memory. */
export async function opened(exported: Exported): Promise<OnnxTokenizer> {
  const { manifest, files } = exported;
  return openTokenizer({ manifest, ...(await nodeRuntime(files)) });
}

export async function openedGenerator(exported: Exported): Promise<OnnxGenerator> {
  const { manifest, files } = exported;
  return openGenerator({ manifest, ...(await nodeRuntime(files)) });
}
