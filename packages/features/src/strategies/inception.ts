import type { HostTensor } from "@fqgan/tensor";
import { z } from "zod";
import { readWeightsFile } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, renamed, StateDict } from "../checkpoint/state-dict.js";
import type { ExtractorStrategy } from "../extractor.js";
import { compiledProgram, extractorOf } from "../frozen-extractor.js";
import { INCEPTION_SIDE, Inception } from "../inception/inception.js";
import {
  type InceptionPreprocessingName,
  inceptionPreprocessings,
} from "../inception/preprocess.js";

/** SHA-256 of the published file begins so: `pt_inception-2015-12-05-6726825d.pth`. */
const PUBLISHED = "6726825d";
const CHUNK = 8;

const LAYERS = ["2048", "768", "192", "64"] as const;
type Layer = (typeof LAYERS)[number];

const names = Object.keys(inceptionPreprocessings) as [InceptionPreprocessingName];
const uses = "tf1 as ADM and torch-fidelity, torch as pytorch-fid, clean as clean-fid";

export interface InceptionOptions {
  readonly weights: string;
  readonly sha256?: string;
  readonly preprocessing: InceptionPreprocessingName;
  readonly layer: Layer;
}

export const inception: ExtractorStrategy<InceptionOptions> = {
  name: "inception",
  summary:
    "the Inception-v3 of 2015-12-05 that FID and IS are defined by, from pt_inception-2015-12-05-6726825d.pth",
  reference: "https://arxiv.org/abs/1706.08500",
  options: {
    weights: z.string().min(1).describe("pt_inception-2015-12-05-6726825d.pth or a safetensors"),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{8,64}$/i, "expected at least 8 hex digits")
      .optional()
      .describe("refuse any file whose SHA-256 begins otherwise; the published one's is 6726825d"),
    preprocessing: z.enum(names).default("tf1").describe(uses),
    layer: z.enum(LAYERS).default("2048").describe("2048 is pool3, which FID means"),
  },
  async create({ weights, sha256, preprocessing, layer }) {
    const { tensors, hash } = await readWeightsFile(weights, sha256);
    const published = hash.startsWith(PUBLISHED) ? "-2015-12-05" : "";
    const name = `inception-v3${published}${layer === "2048" ? "" : `, layer ${layer}`}`;
    const program = share(`inception ${hash} ${layer}`, () => {
      const network = inceptionFromWeights(tensors, weights);
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
    const side = INCEPTION_SIDE;
    const preparation = {
      ...inceptionPreprocessings[preprocessing],
      shape: [side, side, 3],
    } as const;
    const identity = { name, hash, dimensions: Number(layer) };
    return extractorOf(identity, { preparation, program });
  },
};

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
