import { join } from "node:path";
import { codeLoss, exportWeights } from "@fqgan/ar-generator";
import { type HostTensor, type Tensor, tf } from "@fqgan/tensor";
import { compareGradients, compareScalars, compareTensors } from "../compare.js";
import { type Check, type Engine, readTensors } from "../parity-case.js";
import { runProgram } from "../run-program.js";
import { euclidean } from "./norm.js";
import type { Subject } from "./subject.js";

/** Logits and losses. */
export async function checkForward(subject: Subject, engine: Engine): Promise<Check[]> {
  const { generator, codes, labels, meta, numbered } = subject;
  const golden = readTensors(join(subject.folder, "logits.safetensors"));
  const { logits, loss, parts } = await runProgram({
    engine,
    inputs: { codes, labels },
    program: (fed) => {
      const predicted = generator.logits(fed.labels, fed.codes);
      return { logits: predicted, ...codeLoss(predicted, fed.codes) };
    },
  });
  const errors = [meta.train?.logits_fp32_vs_fp64_maxabs ?? meta.logits_fp32_vs_fp64_maxabs].flat();
  const perCode = meta.train?.loss_per_code ?? [];
  return [
    ...generator.codebooks.map((name, i) =>
      compareTensors({
        name: `logits.${name}`,
        actual: logits[name]!,
        expected: golden[numbered("logits", i)]!,
        referenceError: errors[i],
      }),
    ),
    compareScalars({
      name: "loss",
      actual: loss.data[0]!,
      expected: (meta.train?.loss ?? meta.loss)!,
      expected64: meta.train?.loss_fp64 ?? meta.loss_fp64,
    }),
    ...generator.codebooks.slice(0, perCode.length).map((name, i) =>
      compareScalars({
        name: `loss.${name}`,
        actual: parts[name]!.data[0]!,
        expected: perCode[i]!,
      }),
    ),
  ];
}

/** Gradients of every weight by norm, and by value where the case holds them. */
export async function checkGradients(subject: Subject, engine: Engine): Promise<Check[]> {
  const { generator, codes, labels, meta, release, folder } = subject;
  const variables = generator.namedVariables();
  const computed = await runProgram({
    engine,
    inputs: { codes, labels },
    program: (fed) => {
      const { grads } = tf.variableGrads(
        () => codeLoss(generator.logits(fed.labels, fed.codes), fed.codes).loss,
        generator.trainableVariables(),
      );
      const named = [...variables].map(
        ([name, variable]) => [name, grads[variable.name]!] as const,
      );
      return Object.fromEntries(named) as Record<string, Tensor>;
    },
  });
  const gradients = exportWeights(generator.config, computed, release);
  const norms = meta.optim?.grad_step1 ?? meta.grad ?? {};
  return [
    ...Object.entries(norms).map(([name, { l2 }]) =>
      compareScalars({
        name: `‖grad ${name}‖`,
        actual: euclidean(gradients[name]!.data),
        expected: l2,
      }),
    ),
    ...Object.entries(goldenGradients(folder, meta.optim !== undefined)).map(([name, expected]) =>
      compareGradients({ name: `grad ${name}`, actual: gradients[name]!, expected }),
    ),
  ];
}

/** FAR's cases keep gradients in a file of their own, LlamaGen's beside the logits. */
function goldenGradients(folder: string, ownFile: boolean): Record<string, HostTensor> {
  if (ownFile) return readTensors(join(folder, "grads_step1.safetensors"));
  return Object.fromEntries(
    Object.entries(readTensors(join(folder, "logits.safetensors"))).flatMap(([name, tensor]) =>
      name.startsWith("grad.") ? [[name.slice("grad.".length), tensor]] : [],
    ),
  );
}
