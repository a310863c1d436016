import { z } from "zod";
import { readWeightsFile, type WeightsFile, weightsOptions } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, StateDict } from "../checkpoint/state-dict.js";
import type { Extractor, ExtractorStrategy } from "../extractor.js";
import { compiledProgram, extractorOf } from "../frozen-extractor.js";
import { channelStatistics, pillowStandardised } from "../preprocess/pillow-standardised.js";
import { Dinov2 } from "../vision-transformer/dinov2.js";

const CHUNK = 8;

export interface Dinov2ExtractorOptions {
  readonly size: number;
  readonly heads?: number;
}

/** DINOv2 with weights that are in memory already. */
export function dinov2Extractor(
  { tensors, hash, path }: WeightsFile,
  { size, heads }: Dinov2ExtractorOptions,
): Extractor {
  const dimensions = new StateDict(tensors, path).shapeOf("pos_embed").at(-1)!;
  const program = share(`dinov2 ${hash} ${size} ${heads}`, () => {
    const network = buildNetwork(
      new StateDict(tensors, path),
      (given) => new Dinov2(given, { size, ...(heads && { heads }) }),
    );
    return compiledProgram({
      name: "dinov2",
      chunk: CHUNK,
      weights: "frozen",
      call: (images) => ({ features: network.call(images) }),
      dispose: () => network.dispose(),
    });
  });
  const statistics = channelStatistics.imagenet;
  const preparation = pillowStandardised({ size, framing: "stretch", statistics });
  return extractorOf({ name: `dinov2-${dimensions}`, hash, dimensions }, { preparation, program });
}

export const dinov2: ExtractorStrategy<
  Dinov2ExtractorOptions & { readonly weights: string; readonly sha256?: string }
> = {
  name: "dinov2",
  summary:
    "DINOv2's class token, from dinov2_vits14/vitb14/vitl14_pretrain.pth; FD-DINOv2 takes ViT-L",
  reference: "https://arxiv.org/abs/2306.04675",
  options: {
    ...weightsOptions("dinov2_vitl14_pretrain.pth"),
    size: z.int().min(14).default(224).describe("side that images are brought to, pixels"),
    heads: z.int().min(1).optional().describe("default: one for each 64 channels"),
  },
  create: async ({ weights, sha256, ...options }) =>
    dinov2Extractor(await readWeightsFile(weights, sha256), options),
};
