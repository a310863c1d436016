import { z } from "zod";
import { readWeightsFile, type WeightsFile, weightsOptions } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, renamed, StateDict } from "../checkpoint/state-dict.js";
import type { Extractor, ExtractorStrategy } from "../extractor.js";
import { compiledProgram, extractorOf } from "../frozen-extractor.js";
import { channelStatistics, pillowStandardised } from "../preprocess/pillow-standardised.js";
import { ClipVision } from "../vision-transformer/clip.js";

const CHUNK = 8;
const TOWER = "visual.";

export interface ClipExtractorOptions {
  /** Default: one for each 64 channels. */
  readonly heads?: number;
}

/** CLIP's image tower with weights that are in memory already; those of the text tower are left out. */
export function clipExtractor(
  { tensors, hash, path }: WeightsFile,
  { heads }: ClipExtractorOptions = {},
): Extractor {
  const isWhole = Object.keys(tensors).some((name) => name.startsWith(TOWER));
  const tower = renamed(tensors, (name) => {
    if (!isWhole) return name;
    return name.startsWith(TOWER) ? name.slice(TOWER.length) : undefined;
  });
  const { size, dimensions } = ClipVision.sizes(new StateDict(tower, path));
  const program = share(`clip ${hash} ${heads}`, () => {
    const network = buildNetwork(
      new StateDict(tower, path),
      (given) => new ClipVision(given, heads ? { heads } : {}),
    );
    return compiledProgram({
      name: "clip",
      chunk: CHUNK,
      weights: "frozen",
      call: (images) => ({ features: network.call(images) }),
      dispose: () => network.dispose(),
    });
  });
  const statistics = channelStatistics.clip;
  const preparation = pillowStandardised({ size, framing: "centre-square", statistics });
  return extractorOf({ name: `clip-${size}`, hash, dimensions }, { preparation, program });
}

export const clip: ExtractorStrategy<
  ClipExtractorOptions & { readonly weights: string; readonly sha256?: string }
> = {
  name: "clip",
  summary:
    "CLIP's image embedding before it is scaled to length 1, from OpenAI's state dict; CMMD takes ViT-L/14-336",
  reference: "https://arxiv.org/abs/2401.09603",
  options: {
    ...weightsOptions("the state dict of CLIP or of its visual tower, saved by torch.save"),
    heads: z.int().min(1).optional().describe("default: one for each 64 channels"),
  },
  create: async ({ weights, sha256, ...options }) =>
    clipExtractor(await readWeightsFile(weights, sha256), options),
};
