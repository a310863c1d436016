import type { StageKind } from "../schema/run-format.js";
import { codesStage } from "./codes-stage.js";
import { generatorStage } from "./generator-stage.js";
import type { StageDefinition } from "./stage.js";
import { tokenizerStage } from "./tokenizer-stage.js";

/** Every kind of stage. */
export const stages: Readonly<Record<StageKind, StageDefinition>> = {
  tokenizer: tokenizerStage,
  codes: codesStage,
  generator: generatorStage,
};
