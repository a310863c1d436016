import { createKey, writeVariables } from "@fqgan/tensor";
import { builtinExtractor } from "../builtin-extractor.js";
import type { ExtractorStrategy } from "../extractor.js";
import { JudgeNetwork } from "../judge-network.js";
import { readWeights } from "../weights.js";

const FILE = "judge-v1.safetensors";

export const builtinJudge: ExtractorStrategy = {
  name: "builtin",
  summary:
    "builtin-64-v1: 64 features of a small network trained on Twitter's emoji; not comparable with ImageNet rFID",
  options: {},
  async create() {
    const { tensors, metadata, hash } = readWeights(FILE);
    const classes = JSON.parse(metadata.classes!) as string[];
    const network = new JudgeNetwork({ classes: classes.length, key: createKey(0) });
    writeVariables(network.namedVariables(), tensors, FILE);
    return builtinExtractor({
      name: "builtin-64-v1",
      hash,
      dimensions: 64,
      classes,
      call: (images) => network.call(images),
      dispose: () => network.dispose(),
    });
  },
};
