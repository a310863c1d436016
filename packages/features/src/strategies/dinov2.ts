import * as z from "zod";
import { readWeightsFile, type WeightsFile, weightsOptions } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, StateDict } from "../checkpoint/state-dict.js";
import type { Extractor, ExtractorStrategy } from "../extractor.js";
import { extractorOf } from "../frozen-extractor.js";
import { nearestPreparation } from "../preprocess/nearest-standardised.js";
import { channelStatistics, pillowStandardised } from "../preprocess/pillow-standardised.js";
import { Dinov2 } from "../vision-transformer/dinov2.js";
import { dinov2Names } from "../vision-transformer/hugging-face-names.js";
import { imageAndPositions, positioned } from "../vision-transformer/programs.js";

const CHUNK = 8;

/** What the weights of DINOv2 don't tell. */
export interface Dinov2ExtractorOptions {
  readonly size: number;
  readonly heads?: number;
  /** Default: Pillow's bicubic filter; nearest neighbours is how FQGAN's code shows images to its teacher. */
  readonly resize?: keyof typeof resizings;
}

const statistics = channelStatistics.imagenet;

const resizings = {
  pillow: (size: number) => pillowStandardised({ size, framing: "stretch", statistics }),
  nearest: (size: number) => nearestPreparation({ size, statistics }),
};

/** DINOv2 with weights that are in memory already. */
export function dinov2Extractor(
  { tensors: published, hash, path }: WeightsFile,
  { size, heads, resize = "pillow" }: Dinov2ExtractorOptions,
): Extractor {
  const tensors = dinov2Names(published);
  const dimensions = new StateDict(tensors, path).shapeOf("pos_embed").at(-1)!;
  const shared = share(`dinov2 ${hash} ${size} ${heads}`, () => {
    const network = buildNetwork(
      new StateDict(tensors, path),
      (given) => new Dinov2(given, { size, ...(heads && { heads }) }),
    );
    return imageAndPositions({
      name: "dinov2",
      chunk: CHUNK,
      call: (images) => network.call(images),
      positions: (images) => network.patchTokens(images),
      dispose: () => network.dispose(),
    });
  });
  const [, , patch] = new StateDict(tensors, path).shapeOf("patch_embed.proj.weight") as number[];
  const side = size / patch!;
  return extractorOf(
    { name: `dinov2-${dimensions}`, hash, dimensions },
    { preparation: resizings[resize](size), ...positioned(shared, { side, dimensions }) },
  );
}

type FileOptions = Pick<Dinov2ExtractorOptions, "size" | "heads"> & {
  readonly weights: string;
  readonly sha256?: string;
};

const options = {
  ...weightsOptions("dinov2_vitl14_pretrain.pth"),
  size: z.int().min(14).default(224).describe("side that images are brought to, pixels"),
  heads: z.int().min(1).optional().describe("default: one for each 64 channels"),
};

export const dinov2: ExtractorStrategy<FileOptions> = {
  name: "dinov2",
  summary:
    "DINOv2's class token, from dinov2_vits14/vitb14/vitl14_pretrain.pth; FD-DINOv2 takes ViT-L",
  reference: "https://arxiv.org/abs/2306.04675",
  options,
  create: async ({ weights, sha256, ...rest }) =>
    dinov2Extractor(await readWeightsFile(weights, sha256), rest),
};

export const fqganDinov2: ExtractorStrategy<FileOptions> = {
  name: "fqgan-dinov2",
  summary: "DINOv2 as FQGAN's code is taught by it: images resized by nearest neighbours",
  reference: "https://arxiv.org/abs/2411.16681",
  options,
  create: async ({ weights, sha256, ...rest }) =>
    dinov2Extractor(await readWeightsFile(weights, sha256), { ...rest, resize: "nearest" }),
};
