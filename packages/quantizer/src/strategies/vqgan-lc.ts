/**
 * VQGAN-LC, https://arxiv.org/abs/2406.11837: a large codebook of frozen image features (there: CLIP
 * features in clusters) behind a learned projector. Features start Gaussian.
 */
import { fold, nn } from "@fqgan/tensor";
import * as z from "zod";
import { tableOfBits, tableOptions, weight } from "../codebook-options.js";
import { ProjectedCodebookQuantizer } from "../projected-codebook.js";
import { defineQuantizer } from "../quantizer.js";

export const vqganLc = defineQuantizer({
  name: "vqgan-lc",
  summary: "Nearest code of a large frozen codebook of features behind a learned projector",
  reference: "https://arxiv.org/abs/2406.11837",
  options: {
    ...tableOptions(),
    /** F, the length of a frozen feature. */
    features: z.int().positive().default(768),
    /** Of the codebook loss, which moves the projector. */
    codebook: weight(1),
    /** β, of the commitment loss. */
    beta: weight(0.25),
  },
  example: { size: 16, features: 6, dimensions: 4 },
  ofBits: tableOfBits,
  create({ size, features, dimensions, codebook, beta }, key) {
    return new ProjectedCodebookQuantizer({
      name: "vqgan-lc",
      size,
      features: nn.normalInit(1)(fold(key, "features"), [size, features]),
      projector: new nn.Linear({
        inputs: features,
        outputs: dimensions,
        key: fold(key, "projector"),
      }),
      codebook,
      commitment: beta,
    });
  },
});
