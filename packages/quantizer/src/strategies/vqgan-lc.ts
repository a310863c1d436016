/**
 * VQGAN-LC, https://arxiv.org/abs/2406.11837: a large codebook of frozen image features (there: CLIP
 * features in clusters) behind a learned projector. Features start Gaussian.
 */
import { fold, nn } from "@fqgan/tensor";
import { z } from "zod";
import { MAX_CODES } from "../codes.js";
import { ProjectedCodebookQuantizer } from "../projected-codebook.js";
import { defineQuantizer } from "../quantizer.js";

export const vqganLc = defineQuantizer({
  name: "vqgan-lc",
  summary: "Nearest code of a large frozen codebook of features behind a learned projector",
  reference: "https://arxiv.org/abs/2406.11837",
  options: {
    /** K, the number of codes. */
    size: z.int().min(2).max(MAX_CODES),
    /** F, the length of a frozen feature. */
    features: z.int().positive().default(768),
    /** D, the length of a code. */
    dimensions: z.int().positive().default(8),
    /** Weight of the codebook loss, which moves the projector. */
    codebook: z.number().nonnegative().default(1),
    /** β, the weight of the commitment loss. */
    beta: z.number().nonnegative().default(0.25),
  },
  example: { size: 16, features: 6, dimensions: 4 },
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
