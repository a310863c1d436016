import { createKey, writeVariables } from "@fqgan/tensor";
import { builtinExtractor } from "../builtin-extractor.js";
import type { ExtractorStrategy } from "../extractor.js";
import { teacherNetwork } from "../teacher-network.js";
import { readWeights } from "../weights.js";

const FILE = "teacher-v1.safetensors";

export const builtinTeacher: ExtractorStrategy = {
  name: "builtin",
  summary:
    "builtin-teacher-v1: 64 features of a small image tower trained to match Google's emoji with their names",
  reference: "https://arxiv.org/abs/2103.00020",
  options: {},
  async create() {
    const { tensors, hash } = readWeights(FILE);
    const network = teacherNetwork(createKey(0));
    writeVariables(network.namedVariables(), tensors, FILE);
    return builtinExtractor({
      name: "builtin-teacher-v1",
      hash,
      dimensions: 64,
      call: (images) => ({ features: network.call(images) }),
      positions: { grid: [8, 8], call: (images) => network.positions(images) },
      dispose: () => network.dispose(),
    });
  },
};
