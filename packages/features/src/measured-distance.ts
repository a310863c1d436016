import { UserError } from "@fqgan/registry";
import { compile, type HostTensor, type Tensor } from "@fqgan/tensor";
import { chunkOf, inChunks } from "./in-chunks.js";
import type { PerceptualDistance } from "./perceptual-distance.js";

/** A network of pairs as a perceptual distance: compiled with frozen weights, `chunk` pairs a run. */
export function measuredDistance(
  { name, hash, network }: Pick<PerceptualDistance, "name" | "hash" | "network">,
  chunk: number,
): PerceptualDistance {
  const run = compile<{ a: HostTensor; b: HostTensor }, { distance: Tensor }>(
    ({ a, b }) => ({ distance: network.call(a, b) }),
    { name, weights: "frozen" },
  );
  return {
    name,
    hash,
    network,
    async distance(a, b) {
      checkPair(name, a, b);
      const { distance } = await inChunks({
        count: a.shape[0]!,
        chunk,
        prepare(from, count) {
          const part = { from, count, chunk };
          return { a: chunkOf(a, part), b: chunkOf(b, part) };
        },
        run,
      });
      return distance!;
    },
    dispose() {
      run.dispose();
      network.dispose();
    },
  };
}

function checkPair(where: string, a: HostTensor, b: HostTensor): void {
  const isBatch = ({ shape, dtype }: HostTensor) =>
    shape.length === 4 && shape[3] === 3 && !shape.includes(0) && dtype === "float32";
  if (!isBatch(a) || a.shape.join() !== b.shape.join() || b.dtype !== "float32")
    throw new UserError(
      `${where}: expected two batches [B, H, W, 3] float32 in [-1, 1] of one size, got ` +
        `[${a.shape}] ${a.dtype} and [${b.shape}] ${b.dtype}`,
    );
}
