/**
 * A judge that has learned nothing: convolutions with random weights. Features of random networks tell
 * distributions apart about as well as learned ones where images are unlike ImageNet (Naeem et al., "Reliable
 * fidelity and diversity metrics", https://arxiv.org/abs/2002.09797). It has no images and no objective in
 * common with anything, so it is a second opinion on what a learned judge says.
 */
import { createHash } from "node:crypto";
import { createKey, fold, readVariables } from "@fqgan/tensor";
import * as z from "zod";
import { builtinExtractor } from "../builtin-extractor.js";
import { ConvolutionTower } from "../convolution-tower.js";
import type { ExtractorStrategy } from "../extractor.js";

const options = {
  seed: z.int().min(0).default(0).describe("other weights, another judge"),
};

/** Wider than the judge's: random features are weaker one by one. */
const WIDTHS = [32, 64, 128];
const DIMENSIONS = 64;

export const randomJudge: ExtractorStrategy<{ readonly seed: number }> = {
  name: "random",
  summary: "random-64-v1: 64 features of a network with random weights; a second opinion",
  reference: "https://arxiv.org/abs/2002.09797",
  options,
  async create({ seed }) {
    const key = fold(createKey(seed), "random judge");
    const network = new ConvolutionTower({ widths: WIDTHS, dimensions: DIMENSIONS, key });
    return builtinExtractor({
      name: seed === 0 ? "random-64-v1" : `random-64-v1-seed-${seed}`,
      hash: await hashOf(network),
      dimensions: DIMENSIONS,
      call: (images) => ({ features: network.call(images) }),
      dispose: () => network.dispose(),
    });
  },
};

/** The first 16 digits of the SHA-256 of all weights in the order of their names. */
async function hashOf(network: ConvolutionTower): Promise<string> {
  const hash = createHash("sha256");
  const weights = await readVariables(network.namedVariables());
  const byName = Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { data, shape }] of byName)
    hash
      .update(`${name}[${shape}]`)
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex").slice(0, 16);
}
