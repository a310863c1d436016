import type { HostTensor } from "@fqgan/tensor";
import { fromTorch } from "./layout.js";

/**
 * A PatchGAN's weights by PyTorch's names (`main.<layer>.weight`, as pix2pix numbers its layers) by
 * ours. Counters of batches are left out: the running statistics don't depend on them.
 */
export function patchDiscriminatorWeights(
  tensors: Readonly<Record<string, HostTensor>>,
): Record<string, HostTensor> {
  const convolutions = Object.keys(tensors).filter((name) => tensors[name]!.shape.length === 4);
  const last = Math.max(...convolutions.map(layerOf));
  const weights: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.endsWith("num_batches_tracked")) continue;
    const layer = layerOf(name);
    // 0: convolution; then convolution, normalisation, activation again and again from 2.
    const stage = Math.floor((layer + 1) / 3);
    const isNorm = layer % 3 === 0 && layer > 0;
    const part = layer === last ? "output" : `stages.${stage}.${isNorm ? "norm" : "conv"}`;
    const ours = `${part}.${leaf(name.split(".").at(-1)!, isNorm)}`;
    weights[ours] = fromTorch(ours, tensor, 4);
  }
  return weights;
}

const layerOf = (name: string): number => Number(/^main\.(\d+)\./.exec(name)![1]);

function leaf(name: string, isNorm: boolean): string {
  if (name === "running_mean") return "runningMean";
  if (name === "running_var") return "runningVariance";
  if (!isNorm) return name === "weight" ? "kernel" : name;
  return name === "weight" ? "scale" : "shift";
}
