import type { Tensor } from "@fqgan/tensor";
import * as z from "zod";
import { readWeightsFile, type WeightsFile, weightsOptions } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, renamed, StateDict } from "../checkpoint/state-dict.js";
import type { Extractor, ExtractorStrategy } from "../extractor.js";
import { extractorOf } from "../frozen-extractor.js";
import { nearestPreparation } from "../preprocess/nearest-standardised.js";
import { channelStatistics, pillowStandardised } from "../preprocess/pillow-standardised.js";
import { ClipVision } from "../vision-transformer/clip.js";
import { clipNames } from "../vision-transformer/hugging-face-names.js";
import { imageAndPositions, positioned } from "../vision-transformer/programs.js";

const CHUNK = 8;
const TOWER = "visual.";

/** What is taken from the tower, and how it is shown images. */
const uses = {
  /** CLIP's own: the embedding that texts are compared with. */
  embedding: {
    name: "clip",
    call: (network: ClipVision, images: Tensor) => network.call(images),
    positions: (network: ClipVision, images: Tensor) => network.patchEmbeddings(images),
    dimensions: ({ dimensions }: Sizes) => dimensions,
    preparation: ({ size }: Sizes) =>
      pillowStandardised({ size, framing: "centre-square", statistics: channelStatistics.clip }),
  },
  /** What FQGAN's codes are trained towards: the last class token, of images resized without a filter. */
  "fqgan-teacher": {
    name: "fqgan-clip",
    call: (network: ClipVision, images: Tensor) => network.lastClassToken(images),
    positions: (network: ClipVision, images: Tensor) => network.lastPatchTokens(images),
    dimensions: ({ channels }: Sizes) => channels,
    preparation: ({ size }: Sizes) =>
      nearestPreparation({ size, statistics: channelStatistics.clip }),
  },
};

type Sizes = ReturnType<typeof ClipVision.sizes>;

/** What the weights of CLIP don't tell. */
export interface ClipExtractorOptions {
  /** Default: one for each 64 channels. */
  readonly heads?: number;
  /** Default: embedding. */
  readonly use?: keyof typeof uses;
}

/** CLIP's image tower with weights that are in memory already; those of the text tower are left out. */
export function clipExtractor(
  { tensors, hash, path }: WeightsFile,
  { heads, use: chosen = "embedding" }: ClipExtractorOptions = {},
): Extractor {
  const use = uses[chosen];
  const isWhole = Object.keys(tensors).some((name) => name.startsWith(TOWER));
  const tower = isWhole
    ? renamed(tensors, (name) => (name.startsWith(TOWER) ? name.slice(TOWER.length) : undefined))
    : clipNames(tensors);
  const sizes = ClipVision.sizes(new StateDict(tower, path));
  const shared = share(`${use.name} ${hash} ${heads}`, () => {
    const network = buildNetwork(
      new StateDict(tower, path),
      (given) => new ClipVision(given, heads ? { heads } : {}),
    );
    return imageAndPositions({
      name: use.name,
      chunk: CHUNK,
      call: (images) => use.call(network, images),
      positions: (images) => use.positions(network, images),
      dispose: () => network.dispose(),
    });
  });
  const dimensions = use.dimensions(sizes);
  const side = sizes.size / sizes.patch;
  return extractorOf(
    { name: `${use.name}-${sizes.size}`, hash, dimensions },
    { preparation: use.preparation(sizes), ...positioned(shared, { side, dimensions }) },
  );
}

const options = {
  ...weightsOptions(
    "the state dict of CLIP or of its visual tower, or Hugging Face's model.safetensors",
  ),
  heads: z.int().min(1).optional().describe("default: one for each 64 channels"),
};

type FileOptions = Pick<ClipExtractorOptions, "heads"> & {
  readonly weights: string;
  readonly sha256?: string;
};

export const clip: ExtractorStrategy<FileOptions> = {
  name: "clip",
  summary:
    "CLIP's image embedding before it is scaled to length 1, from OpenAI's state dict or Hugging Face's safetensors; CMMD takes ViT-L/14-336",
  reference: "https://arxiv.org/abs/2401.09603",
  options,
  create: async ({ weights, sha256, ...rest }) =>
    clipExtractor(await readWeightsFile(weights, sha256), rest),
};

export const fqganClip: ExtractorStrategy<FileOptions> = {
  name: "fqgan-clip",
  summary:
    "CLIP as FQGAN's code is taught by it: the last class token before its normalisation, nearest neighbours",
  reference: "https://arxiv.org/abs/2411.16681",
  options,
  create: async ({ weights, sha256, ...rest }) =>
    clipExtractor(await readWeightsFile(weights, sha256), { ...rest, use: "fqgan-teacher" }),
};
