import { type HostTensor, hostTensor, transposeHost } from "@fqgan/tensor";
import { fromTorch } from "./layout.js";

/** The layers of the StyleGAN discriminator in LlamaGen's and FQGAN's code, by ours. */
const layers: readonly [RegExp, string][] = [
  [/^blocks\.0\./, "input."],
  [/^blocks\.(\d+)\.conv_res\./, "blocks.$1.shortcut."],
  [/^blocks\.(\d+)\.net\.0\./, "blocks.$1.first."],
  [/^blocks\.(\d+)\.net\.2\./, "blocks.$1.second."],
  [/^blocks\.(\d+)\.downsample\.1\./, "blocks.$1.down."],
  [/^final_conv\.0\./, "last."],
  [/^final_linear\.0\./, "hidden."],
  [/^final_linear\.2\./, "output."],
];

/** Its first two blocks are a convolution and an activation. */
const FIRST_BLOCK = 2;

/** A StyleGAN discriminator's weights by PyTorch's names by ours. The blur's fixed filter is left out. */
export function styleDiscriminatorWeights(
  tensors: Readonly<Record<string, HostTensor>>,
): Record<string, HostTensor> {
  const weights: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const layer = layers.find(([pattern]) => pattern.test(name));
    if (!layer) continue;
    const ours = name
      .replace(layer[0], layer[1])
      .replace(/^blocks\.(\d+)/, (_, block) => `blocks.${Number(block) - FIRST_BLOCK}`)
      .replace(/weight$/, "kernel");
    weights[ours] =
      ours === "hidden.kernel" ? flattened(tensor) : fromTorch(ours, tensor, tensor.shape.length);
  }
  return weights;
}

/** Rows of [out, C·4·4] follow channels, rows, columns in PyTorch; here rows, columns, channels. */
function flattened({ data, shape }: HostTensor): HostTensor {
  const [outputs, inputs] = shape as [number, number];
  const maps = hostTensor(data, [outputs, inputs / 16, 4, 4]);
  return hostTensor(transposeHost(maps, [2, 3, 1, 0]).data, [inputs, outputs]);
}
