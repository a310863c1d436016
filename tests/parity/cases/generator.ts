import { checkGeneration } from "../generators/generation.js";
import { loadSubject } from "../generators/subject.js";
import { checkForward, checkGradients } from "../generators/teacher-forcing.js";
import { checkTraining } from "../generators/training.js";
import type { CaseKind } from "../parity-case.js";

/** FAR and LlamaGen: logits, losses, gradients, optimiser steps and generated codes. */
export const generator: CaseKind = {
  kinds: ["generator"],
  engines: ["eager", "compiled"],
  async check(parityCase, engine) {
    const subject = await loadSubject(parityCase);
    const checks = [
      ...(await checkForward(subject, engine)),
      ...(await checkGradients(subject, engine)),
      ...(await checkGeneration(subject)),
      // Last, since it moves the weights.
      ...(await checkTraining(subject)),
    ];
    subject.generator.dispose();
    return checks;
  },
};
