/**
 * SimVQ, https://arxiv.org/abs/2411.02038: a frozen Gaussian codebook behind one learned linear map, so
 * that all codes move together and none dies.
 */
import { fold, nn } from "@fqgan/tensor";
import { tableOfBits, tableOptions, weight } from "../codebook-options.js";
import { ProjectedCodebookQuantizer } from "../projected-codebook.js";
import { defineQuantizer } from "../quantizer.js";

export const simvq = defineQuantizer({
  name: "simvq",
  summary: "Nearest code of a frozen Gaussian codebook behind a learned linear map",
  reference: "https://arxiv.org/abs/2411.02038",
  options: {
    ...tableOptions(),
    /** Of the codebook loss, which moves the map. */
    codebook: weight(1),
    /** β, of the commitment loss. */
    beta: weight(0.25),
  },
  example: { size: 16, dimensions: 4 },
  ofBits: tableOfBits,
  create({ size, dimensions, codebook, beta }, key) {
    const init = nn.normalInit(dimensions ** -0.5);
    return new ProjectedCodebookQuantizer({
      name: "simvq",
      size,
      features: init(fold(key, "features"), [size, dimensions]),
      projector: new nn.Linear({
        inputs: dimensions,
        outputs: dimensions,
        bias: false,
        key: fold(key, "projector"),
      }),
      codebook,
      commitment: beta,
    });
  },
});
