/** Features of 8-bit images by FID's Inception with random weights: `inception.ts <sizes as JSON>`. */
import { Inception, inceptionExtractor, StateDict } from "@fqgan/features";
import { toSignedUnit } from "@fqgan/image";
import { createKey, fold, type HostTensor, hostTensor, startEngine, uniform } from "@fqgan/tensor";
import { serve } from "../harness/subject.js";

/** Weights of every name and shape that a network asks for: within ±√(6 / fan-in), norms that do nothing. */
class RandomWeights extends StateDict {
  readonly made: Record<string, HostTensor> = {};

  override take(name: string, shape: readonly number[]): Float32Array {
    const size = shape.reduce((product, side) => product * side, 1);
    const reach = Math.sqrt(6 / shape.slice(1).reduce((product, side) => product * side, 1));
    const draws = uniform(fold(createKey(0), name), size);
    const isUnit = /bn\.(weight|running_var)$/.test(name);
    const values = draws.map((u) => (shape.length > 1 ? reach * (2 * u - 1) : Number(isUnit)));
    this.made[name] = hostTensor(values, shape);
    return values;
  }
}

const { batch, side } = JSON.parse(process.argv[2]!) as { batch: number; side: number };
const description = await startEngine({ threads: Number(process.env.OMP_NUM_THREADS) });
const weights = new RandomWeights({}, "random weights");
new Inception(weights).dispose();
const extractor = inceptionExtractor(
  { path: weights.where, hash: "random", tensors: weights.made },
  { preprocessing: "tf1", layer: "2048" },
);
const pixels = uniform(createKey(1), batch * side * side * 3).map((u) => Math.floor(256 * u));
const images = hostTensor(toSignedUnit(Uint8Array.from(pixels)), [batch, side, side, 3]);
const sizeOf = ({ shape }: HostTensor) => shape.reduce((product, length) => product * length, 1);

await serve({
  description: {
    engine: `${description.name} (${description.lowering} lowering)`,
    ...description.versions,
    threads: description.threads,
    parameters: Object.values(weights.made).reduce((sum, tensor) => sum + sizeOf(tensor), 0),
    batch,
    side,
  },
  step: () => extractor.extract(images),
});
