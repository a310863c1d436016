import { type HostTensor, hostTensor, readVariables, transposeHost } from "@fqgan/tensor";
import type { Tokenizer } from "../tokenizer.js";
import { fqganNames } from "./fqgan-names.js";

/** Layers that are linear here and 1×1 convolutions in the reference. */
const pointwise = /(\.(q|k|v|proj_out)|quant_conv(_\w+)?)\.weight$/;
/** How many recent codes the reference counts to tell a codebook's usage. */
const USAGE_WINDOW = 65536;

/** Names and shapes of a tokenizer's weights in the reference implementation, usage meters included. */
export function fqganShapes(tokenizer: Tokenizer): Map<string, readonly number[]> {
  const variables = tokenizer.namedVariables();
  const shapes = new Map<string, readonly number[]>();
  for (const [name, reference] of fqganNames(tokenizer)) {
    const { shape } = variables.get(name)!;
    const [a, b, c, d] = shape as [number, number, number, number];
    if (!name.endsWith("kernel")) shapes.set(reference, shape);
    else if (shape.length === 4) shapes.set(reference, [d, c, a, b]);
    else shapes.set(reference, pointwise.test(reference) ? [b, a, 1, 1] : [b, a]);
    const meter = /^(quantize\w*)\.embedding\.weight$/.exec(reference);
    if (meter) shapes.set(`${meter[1]}.codebook_used`, [USAGE_WINDOW]);
  }
  return shapes;
}

/**
 * A tokenizer's weights under the reference's names and in PyTorch's layouts; usage meters are empty.
 * @param weights replaces the tokenizer's own, for instance by their moving average
 */
export async function exportFqgan(
  tokenizer: Tokenizer,
  weights?: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, HostTensor>> {
  const own = weights ?? (await readVariables(tokenizer.namedVariables()));
  const names = new Map([...fqganNames(tokenizer)].map(([name, reference]) => [reference, name]));
  return Object.fromEntries(
    [...fqganShapes(tokenizer)].map(([reference, shape]) => {
      const name = names.get(reference);
      if (name === undefined)
        return [reference, hostTensor(new Float32Array(USAGE_WINDOW), shape)] as const;
      const tensor = own[name]!;
      if (!name.endsWith("kernel")) return [reference, tensor] as const;
      const axes = tensor.shape.length === 4 ? [3, 2, 0, 1] : [1, 0];
      return [reference, hostTensor(transposeHost(tensor, axes).data, shape)] as const;
    }),
  );
}
