import { join } from "node:path";
import { exportWeights, GeneratorTrainer } from "@fqgan/ar-generator";
import { createKey, readVariables } from "@fqgan/tensor";
import { compareScalars } from "../compare.js";
import { type Check, readTensors } from "../parity-case.js";
import { euclidean } from "./norm.js";
import type { Subject } from "./subject.js";

/** After optimiser steps torch's own float32 is off by more than at the first loss. */
const AFTER_STEPS = 1e-4;

/** AdamW steps on one batch: losses, gradient norms and the weights afterwards. */
export async function checkTraining(subject: Subject): Promise<Check[]> {
  const { generator, codes, labels, meta, release, folder } = subject;
  const { optim } = meta;
  if (!optim) return [];
  const trainer = new GeneratorTrainer(generator, {
    key: createKey(0),
    learningRate: optim.lr,
    beta1: optim.betas[0],
    beta2: optim.betas[1],
    weightDecay: optim.weight_decay,
    clip: optim.clip,
  });
  const checks: Check[] = [];
  for (const [i, golden] of optim.steps.entries()) {
    const { loss, gradientNorm } = await trainer.trainStep({ codes, labels });
    checks.push(
      compareScalars({
        name: `loss of step ${i + 1}`,
        actual: loss!,
        expected: golden.loss,
        expected64: golden.loss_fp64,
        tolerance: i === 0 ? 1e-5 : AFTER_STEPS,
      }),
      compareScalars({
        name: `gradient norm of step ${i + 1}`,
        actual: gradientNorm!,
        expected: golden.grad_norm_before_clip,
        tolerance: i === 0 ? 1e-5 : AFTER_STEPS,
      }),
    );
  }
  const own = await readVariables(generator.namedVariables());
  trainer.dispose();
  const weights = exportWeights(generator.config, own, release);
  for (const [name, summary] of Object.entries(optim.param_after_step3)) {
    const l2 = euclidean(weights[name]!.data);
    checks.push(compareScalars({ name: `‖${name}‖ after`, actual: l2, expected: summary.l2 }));
  }
  const golden = readTensors(join(folder, "params_after_step3.safetensors"));
  for (const [name, { data }] of Object.entries(golden)) {
    const { update_l2, fp32_vs_fp64_l2 } = optim.param_after_step3[name]!;
    checks.push({
      name: `${name} after, relative to its update`,
      error: euclidean(weights[name]!.data, data) / update_l2,
      tolerance: Math.max(1e-2, (5 * fp32_vs_fp64_l2) / update_l2),
    });
  }
  return checks;
}
