import { UserError } from "@fqgan/registry";
import {
  compile,
  type HostTensor,
  hostTensor,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "@fqgan/tensor";
import { checkFinite, checkIndices } from "./codes.js";
import type { Quantizer } from "./quantizer.js";

/** Latents in main memory to their codes, checked on the way: [N, D] → int32 [N] and [N, D]. */
export async function quantizeValues(
  quantizer: Quantizer,
  latents: HostTensor,
): Promise<{ indices: HostTensor; codes: HostTensor }> {
  if (latents.dtype !== "float32")
    throw new UserError(`quantizeValues: expected float32 latents, got ${latents.dtype}`);
  checkFinite("quantizeValues", latents.data as Float32Array);
  const program = compile<{ z: HostTensor }, Record<"indices" | "codes", Tensor>>(
    ({ z }) => {
      const { indices, codes } = quantizer.quantize(z as Tensor2D, { training: false });
      return { indices, codes };
    },
    { name: "quantizeValues" },
  );
  try {
    return await program({ z: latents });
  } finally {
    program.dispose();
  }
}

/** Stored indices to the vectors that a decoder sees, checked on the way: [N] → [N, D]. */
export async function lookupValues(quantizer: Quantizer, indices: Int32Array): Promise<HostTensor> {
  checkIndices("lookupValues", indices, quantizer.size);
  const program = compile<{ indices: HostTensor }, { codes: Tensor }>(
    (fed) => ({ codes: quantizer.lookup(fed.indices as Tensor1D) }),
    { name: "lookupValues" },
  );
  try {
    return (await program({ indices: hostTensor(indices) })).codes;
  } finally {
    program.dispose();
  }
}
