import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import * as z from "zod";
import { onnxHash } from "../checkpoint/file-hash.js";
import type { ExtractorStrategy } from "../extractor.js";
import { extractorOf } from "../frozen-extractor.js";
import { imageProcessor } from "../preprocess/image-processor.js";
import { channelsFirst } from "../preprocess/planes.js";
import { pooled } from "../preprocess/pooled.js";

/** Images a run. */
const CHUNK = 8;
/** In a model's folder; weights are taken in full precision. */
const FILE = "onnx/model.onnx";
/** Outputs in the order in which one is taken. */
const OUTPUTS = ["image_embeds", "pooler_output", "last_hidden_state"];

export interface TransformersOptions {
  readonly model: string;
  readonly output?: string;
}

type Transformers = typeof import("@huggingface/transformers");

/** Loaded at the first use: it is large, and most people never need it. */
async function loadTransformers(): Promise<Transformers> {
  try {
    return await import("@huggingface/transformers");
  } catch (error) {
    throw new UserError(
      "extractor transformers: needs the package @huggingface/transformers, which can't be loaded " +
        `(${(error as Error).message}); npm install @huggingface/transformers`,
    );
  }
}

export const transformers: ExtractorStrategy<TransformersOptions> = {
  name: "transformers",
  summary:
    "an image model of Hugging Face with ONNX weights: a local folder, or a name on the hub, which is downloaded",
  reference: "https://huggingface.co/docs/transformers.js",
  options: {
    model: z
      .string()
      .min(1)
      .describe(`a folder with config.json, preprocessor_config.json and ${FILE}, or a hub name`),
    output: z
      .string()
      .optional()
      .describe("default: image_embeds, pooler_output, or the first token of last_hidden_state"),
  },
  async create({ model, output }) {
    const library = await loadTransformers();
    const isLocal = existsSync(model);
    const place = isLocal ? resolve(model) : model;
    const opened = await open(library, { place, isLocal }).catch((error: Error) => {
      throw new UserError(
        `extractor transformers: can't load "${model}" (${error.message}); ` +
          `give a folder with config.json, preprocessor_config.json and ${FILE}, or a name on the hub`,
      );
    });
    const { network, processor } = opened;
    const preparation = channelsFirst(imageProcessor(processor.config, model));
    const run = async ({ data, shape }: HostTensor) => {
      const pixels = new library.Tensor("float32", data as Float32Array, [...shape]);
      const outputs = (await network({ pixel_values: pixels })) as Record<
        string,
        { data: Float32Array; dims: number[] }
      >;
      const name = output ?? OUTPUTS.find((known) => outputs[known]);
      const chosen = name === undefined ? undefined : outputs[name];
      if (!chosen)
        throw new UserError(
          `extractor transformers: "${model}" has no output ${name ?? OUTPUTS.join(", ")}; it has ` +
            Object.keys(outputs).join(", "),
        );
      return { features: pooled(hostTensor(chosen.data, chosen.dims), model) };
    };
    const [channels, height, width] = preparation.shape;
    const zeros = new Float32Array(CHUNK * channels * height * width);
    const { features } = await run(hostTensor(zeros, [CHUNK, channels, height, width]));
    const folder = isLocal ? place : join(library.env.cacheDir ?? ".", model);
    const identity = {
      name: `transformers ${model}`,
      hash: await onnxHash(join(folder, FILE)),
      dimensions: features.shape[1]!,
    };
    const dispose = () => void network.dispose();
    return extractorOf(identity, { preparation, program: { chunk: CHUNK, run, dispose } });
  },
};

async function open(
  { AutoModel, AutoImageProcessor }: Transformers,
  { place, isLocal }: { readonly place: string; readonly isLocal: boolean },
) {
  const options = { local_files_only: isLocal };
  const processor = await AutoImageProcessor.from_pretrained(place, options);
  const network = await AutoModel.from_pretrained(place, { ...options, dtype: "fp32" });
  return { processor, network };
}
