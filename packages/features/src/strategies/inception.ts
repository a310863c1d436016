import type { HostTensor } from "@fqgan/tensor";
import * as z from "zod";
import { readWeightsFile, type WeightsFile, weightsOptions } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, renamed, StateDict } from "../checkpoint/state-dict.js";
import type { Extractor, ExtractorStrategy } from "../extractor.js";
import { compiledProgram, extractorOf } from "../frozen-extractor.js";
import { Inception } from "../inception/inception.js";
import {
  type InceptionPreprocessingName,
  inceptionPreprocessings,
} from "../inception/preprocess.js";

/** SHA-256 of the published file begins so: `pt_inception-2015-12-05-6726825d.pth`. */
const PUBLISHED = "6726825d";
const CHUNK = 8;

const LAYERS = ["2048", "768", "192", "64"] as const;

/** How images are prepared, and which layer's features are taken. */
export interface InceptionOptions {
  readonly preprocessing: InceptionPreprocessingName;
  readonly layer: (typeof LAYERS)[number];
}

const names = Object.keys(inceptionPreprocessings) as [InceptionPreprocessingName];

/** FID's Inception with weights that are in memory already. */
export function inceptionExtractor(
  { tensors, hash, path }: WeightsFile,
  { preprocessing, layer }: InceptionOptions,
): Extractor {
  const published = hash.startsWith(PUBLISHED) ? "-2015-12-05" : "";
  const name = `inception-v3${published}${layer === "2048" ? "" : `, layer ${layer}`}`;
  const program = share(`inception ${hash} ${layer}`, () => {
    const network = inceptionFromWeights(tensors, path);
    return compiledProgram({
      name: "inception",
      chunk: CHUNK,
      weights: "frozen",
      call(images) {
        const { features, logits, spatial } = network.call(images);
        return { features: features[layer], logits, spatial };
      },
      dispose: () => network.dispose(),
    });
  });
  const preparation = inceptionPreprocessings[preprocessing];
  return extractorOf({ name, hash, dimensions: Number(layer) }, { preparation, program });
}

/** The network from tensors under PyTorch's names; counters of batch norm are left out. */
export function inceptionFromWeights(
  tensors: Readonly<Record<string, HostTensor>>,
  where: string,
): Inception {
  const used = renamed(tensors, (name) =>
    name.endsWith(".num_batches_tracked") ? undefined : name,
  );
  return buildNetwork(new StateDict(used, where), (given) => new Inception(given));
}

export const inception: ExtractorStrategy<
  InceptionOptions & { readonly weights: string; readonly sha256?: string }
> = {
  name: "inception",
  summary:
    "the Inception-v3 of 2015-12-05 that FID and IS are defined by, from pt_inception-2015-12-05-6726825d.pth",
  reference: "https://arxiv.org/abs/1706.08500",
  options: {
    ...weightsOptions("pt_inception-2015-12-05-6726825d.pth"),
    preprocessing: z
      .enum(names)
      .default("tf1")
      .describe("tf1 as ADM and torch-fidelity, torch as pytorch-fid, clean as clean-fid"),
    layer: z.enum(LAYERS).default("2048").describe("2048 is pool3, which FID means"),
  },
  create: async ({ weights, sha256, ...options }) =>
    inceptionExtractor(await readWeightsFile(weights, sha256), options),
};
