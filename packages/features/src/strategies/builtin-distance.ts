import { createKey, writeVariables } from "@fqgan/tensor";
import { JudgeNetwork } from "../judge-network.js";
import { measuredDistance } from "../measured-distance.js";
import type { PerceptualDistance, PerceptualDistanceStrategy } from "../perceptual-distance.js";
import { teacherNetwork } from "../teacher-network.js";
import { TowerDistance } from "../tower-distance.js";
import { readWeights } from "../weights.js";

/** Pairs a run. */
const CHUNK = 16;

const TEACHER = { file: "teacher-v1.safetensors", name: "builtin-teacher-distance-v1" };
const JUDGE = { file: "judge-v1.safetensors", name: "builtin-judge-distance-v1" };

export const builtinDistance: PerceptualDistanceStrategy = {
  name: "builtin",
  summary: `${TEACHER.name}: the built-in teacher's feature maps compared; needs no files, is not LPIPS`,
  reference: "https://arxiv.org/abs/1603.08155",
  options: {},
  async create(): Promise<PerceptualDistance> {
    const { tensors, hash } = readWeights(TEACHER.file);
    const tower = teacherNetwork(createKey(0));
    writeVariables(tower.namedVariables(), tensors, TEACHER.file);
    return measuredDistance({ name: TEACHER.name, hash, network: new TowerDistance(tower) }, CHUNK);
  },
};

/** For measuring: a model that has it as its loss has learned from its judge. */
export const builtinJudgeDistance: PerceptualDistanceStrategy = {
  name: "builtin-judge",
  summary: `${JUDGE.name}: the built-in judge's feature maps compared; for measuring, never a loss; is not LPIPS`,
  reference: "https://arxiv.org/abs/1603.08155",
  options: {},
  async create(): Promise<PerceptualDistance> {
    const { tensors, metadata, hash } = readWeights(JUDGE.file);
    const classes = (JSON.parse(metadata.classes!) as string[]).length;
    const judge = new JudgeNetwork({ classes, key: createKey(0) });
    writeVariables(judge.namedVariables(), tensors, JUDGE.file);
    judge.classifier.dispose();
    return measuredDistance(
      { name: JUDGE.name, hash, network: new TowerDistance(judge.tower) },
      CHUNK,
    );
  },
};
