import { compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import type { Extracted, Extractor } from "./extractor.js";
import { prepareImages } from "./prepare-images.js";

/** Images a run: one compiled shape for every batch size, so results do not depend on it either. */
const CHUNK = 16;

type Outputs = { readonly features: Tensor; readonly logits?: Tensor };

/** A network of this package as an extractor; compiled at its first use. */
export function frozenExtractor(network: {
  readonly name: string;
  readonly hash: string;
  readonly dimensions: number;
  readonly classes?: readonly string[];
  /** Side of the images that `call` takes. */
  readonly size: number;
  call(images: Tensor): Outputs;
  dispose(): void;
}): Extractor {
  const { name, hash, dimensions, classes, size } = network;
  const run = compile<{ images: HostTensor }, Record<string, Tensor>>(
    ({ images }) => ({ ...network.call(images) }),
    { name },
  );
  const extract = async (images: HostTensor): Promise<Extracted> => {
    const prepared = prepareImages(images, size);
    const count = images.shape[0]!;
    const pixels = size * size * 3;
    const features = new Float32Array(count * dimensions);
    const logits = new Float32Array(count * (classes?.length ?? 0));
    for (let from = 0; from < count; from += CHUNK) {
      const chunk = new Float32Array(CHUNK * pixels);
      chunk.set(prepared.subarray(from * pixels, (from + CHUNK) * pixels));
      const outputs = await run({ images: hostTensor(chunk, [CHUNK, size, size, 3]) });
      const rows = Math.min(CHUNK, count - from);
      const keep = (all: Float32Array, output: HostTensor | undefined) => {
        const columns = all.length / count;
        if (output) all.set(output.data.subarray(0, rows * columns), from * columns);
      };
      keep(features, outputs.features);
      keep(logits, outputs.logits);
    }
    return {
      features: hostTensor(features, [count, dimensions]),
      ...(classes && { logits: hostTensor(logits, [count, classes.length]) }),
    };
  };
  return {
    name,
    hash,
    dimensions,
    ...(classes && { classes }),
    extract,
    features: async (images) => (await extract(images)).features,
    dispose() {
      run.dispose();
      network.dispose();
    },
  };
}
