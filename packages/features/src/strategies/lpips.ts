import { UserError } from "@fqgan/registry";
import { compile, type HostTensor, type Tensor } from "@fqgan/tensor";
import { z } from "zod";
import { chunkOf, inChunks } from "../in-chunks.js";
import { type LpipsFiles, loadLpips } from "../lpips/load-lpips.js";
import type { PerceptualDistance, PerceptualDistanceStrategy } from "../perceptual-distance.js";

/** Pairs a run. */
const CHUNK = 4;

const options = {
  trunk: z.enum(["vgg16", "alexnet"]).default("vgg16"),
  weights: z
    .string()
    .min(1)
    .describe("torchvision's classifier: vgg16-397923af.pth or alexnet-owt-7be5be79.pth"),
  linear: z
    .string()
    .min(1)
    .optional()
    .describe("LPIPS's own weights, version 0.1: vgg.pth or alex.pth, unless `weights` holds both"),
};

export const lpips: PerceptualDistanceStrategy<LpipsFiles> = {
  name: "lpips",
  summary: "LPIPS 0.1 on VGG-16 or AlexNet, from torchvision's and LPIPS's own weight files",
  reference: "https://arxiv.org/abs/1801.03924",
  options,
  async create(files): Promise<PerceptualDistance> {
    const { network, name, hash } = await loadLpips(files);
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
        const count = a.shape[0]!;
        const { distance } = await inChunks({
          count,
          chunk: CHUNK,
          prepare(from, rows) {
            const part = { from, count: rows, chunk: CHUNK };
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
  },
};

function checkPair(where: string, a: HostTensor, b: HostTensor): void {
  const isBatch = ({ shape, dtype }: HostTensor) =>
    shape.length === 4 && shape[3] === 3 && !shape.includes(0) && dtype === "float32";
  if (!isBatch(a) || a.shape.join() !== b.shape.join() || b.dtype !== "float32")
    throw new UserError(
      `${where}: expected two batches [B, H, W, 3] float32 in [-1, 1] of one size, got ` +
        `[${a.shape}] ${a.dtype} and [${b.shape}] ${b.dtype}`,
    );
}
