/** One linear classifier over one codebook: LlamaGen (arXiv 2406.06525) and VQGAN's GPT. */
import { UserError } from "@fqgan/registry";
import type { HeadStrategy } from "./head.js";
import { LinearHead } from "./linear.js";

export const single: HeadStrategy = {
  name: "single",
  summary: "one linear classifier, for a tokenizer with one codebook",
  reference: "LlamaGen, arXiv 2406.06525",
  options: {},
  create(_options, setting) {
    const names = Object.keys(setting.vocabularies);
    if (names.length !== 1)
      throw new UserError(
        `head "single": expected one codebook, got ${names.length} (${names.join(", ")}); ` +
          `use "linear", "mlp" or "factorized"`,
      );
    return new LinearHead(setting);
  },
};
