import { existsSync } from "node:fs";
import {
  type HostTensor,
  hostTensor,
  type Scalar,
  type Tensor,
  type Tensor2D,
  tf,
  toTensor,
  type Variable,
} from "@fqgan/tensor";
import { compareGradients, compareIndices, compareScalars, compareTensors } from "../compare.js";
import { type CaseKind, type Check, type Engine, NotYet, readTensors } from "../parity-case.js";
import { toRows } from "../quantizers/layout.js";
import type { Subject, Weight } from "../quantizers/subject.js";
import { goldenIndices, subjects } from "../quantizers/subjects.js";
import { runProgram } from "../run-program.js";

interface Golden {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly losses: Readonly<Record<string, number>>;
  readonly losses64: Readonly<Record<string, number>>;
  readonly lossWeights: Readonly<Record<string, number>>;
  readonly errors: { readonly z_q?: number; readonly grad_z?: number };
  readonly objective: number;
}

/** Quantizers: codes, losses, gradients of sum(output · probe) + weighted losses, state afterwards. */
export const quantizer: CaseKind = {
  kinds: ["quantizer"],
  engines: ["eager", "compiled"],
  async check(parityCase, engine) {
    const { meta, file } = parityCase;
    const tensors = readTensors(file.replace(/\.json$/, ".safetensors"));
    const className = String(meta.class);
    const config = meta.config as Record<string, unknown>;
    const subject = subjects.map((of) => of({ className, config, tensors })).find(Boolean);
    if (!subject) throw new NotYet(`no counterpart of ${className}`);
    const golden: Golden = {
      tensors,
      losses: meta.losses as Golden["losses"],
      losses64: meta.losses_fp64 as Golden["losses"],
      lossWeights: meta.loss_weights_in_objective as Golden["losses"],
      errors: (meta.fp32_vs_fp64_maxabs ?? {}) as Golden["errors"],
      objective: meta.objective as number,
    };
    loadState(subject, tensors);
    return [
      ...(await checkEvaluation(subject, golden, engine)),
      ...(await checkTraining(subject, golden, engine)),
      ...(await checkLookup(subject, golden, engine)),
      ...(await checkStoredLookup(subject, file.replace(/\.json$/, "_lookup.safetensors"), engine)),
    ];
  },
};

const inOurLayout = ({ variable, fromGolden }: Weight, golden: HostTensor): HostTensor =>
  fromGolden ? fromGolden(golden) : hostTensor(golden.data, variable.shape);

function loadState(subject: Subject, tensors: Golden["tensors"]): void {
  for (const [name, weight] of Object.entries(subject.weights)) {
    const value = inOurLayout(weight, tensors[`state.${name}`]!);
    weight.variable.assign(toTensor({ ...value, data: value.data.slice() }) as never);
  }
}

async function checkEvaluation(subject: Subject, golden: Golden, engine: Engine): Promise<Check[]> {
  const { z_q } = await runProgram({
    engine,
    inputs: { z: toRows(golden.tensors.z!) },
    program: ({ z }) => ({ z_q: subject.forward(z as Tensor2D, { training: false }).output }),
  });
  const expected = toRows(golden.tensors.eval_z_q!);
  const referenceError = golden.errors.z_q;
  return [compareTensors({ name: "eval_z_q", actual: z_q, expected, referenceError })];
}

async function checkTraining(subject: Subject, golden: Golden, engine: Engine): Promise<Check[]> {
  const { tensors } = golden;
  const z = tf.variable(toTensor(toRows(tensors.z!)));
  const weights = Object.entries(subject.weights).filter(([name]) => tensors[`grad.${name}`]);
  const variables = [z, ...weights.map(([, { variable }]) => variable)];
  const result = await runProgram({
    engine,
    inputs: { probe: toRows(tensors.probe!) },
    program: ({ probe }) =>
      trainingProgram({ subject, golden, z, variables, probe: probe as Tensor2D }),
  });
  z.dispose();
  const indices = goldenIndices(subject, tensors);
  return [
    compareTensors({
      name: "z_q",
      actual: result.output,
      expected: toRows(tensors.z_q!),
      referenceError: golden.errors.z_q,
    }),
    ...Object.entries(indices).map(([name, expected]) =>
      compareIndices({ name, actual: result.indices[name]!, expected }),
    ),
    ...Object.entries(result.losses).map(([name, { data }]) =>
      compareScalars({
        name,
        actual: data[0]!,
        expected: golden.losses[name]!,
        expected64: golden.losses64[name],
      }),
    ),
    compareScalars({
      name: "objective",
      actual: result.objective.data[0]!,
      expected: golden.objective,
      scale: sumOfMagnitudes(tensors.z_q!, tensors.probe!),
    }),
    compareGradients({
      name: "grad_z",
      actual: result.gradients["0"]!,
      expected: toRows(tensors.grad_z!),
      referenceError: golden.errors.grad_z,
    }),
    ...weights.map(([name, weight], i) =>
      compareGradients({
        name: `grad.${name}`,
        actual: result.gradients[String(i + 1)]!,
        expected: inOurLayout(weight, tensors[`grad.${name}`]!),
      }),
    ),
    ...stateAfter(subject, tensors),
  ];
}

/** One forward pass in training mode and the gradients of the case's objective. */
function trainingProgram(options: {
  readonly subject: Subject;
  readonly golden: Golden;
  readonly z: Variable;
  readonly variables: Variable[];
  readonly probe: Tensor2D;
}) {
  const { subject, golden, z, variables, probe } = options;
  let forward: ReturnType<Subject["forward"]> | undefined;
  const { value, grads } = tf.variableGrads(() => {
    forward = subject.forward(z as unknown as Tensor2D, { training: true });
    for (const tensor of [forward.output, ...Object.values(forward.indices)]) tf.keep(tensor);
    for (const loss of Object.values(forward.losses)) tf.keep(loss);
    const terms = Object.entries(forward.losses).map(([name, loss]) =>
      tf.mul(loss, golden.lossWeights[name]!),
    );
    return tf.addN([tf.sum(tf.mul(forward.output, probe)), ...terms]) as Scalar;
  }, variables);
  const { output, indices, losses } = forward!;
  const gradients: Record<string, Tensor> = {};
  variables.forEach((variable, i) => {
    gradients[i] = grads[variable.name]!;
  });
  return { output, indices, losses, objective: value, gradients };
}

const sumOfMagnitudes = (a: HostTensor, b: HostTensor) =>
  (a.data as Float32Array).reduce((sum, value, i) => sum + Math.abs(value * b.data[i]!), 0);

function stateAfter(subject: Subject, tensors: Golden["tensors"]): Check[] {
  return Object.entries(subject.weights).flatMap(([name, weight]) => {
    const golden = tensors[`state_after.${name}`];
    if (!golden) return [];
    const { variable } = weight;
    const actual = hostTensor(variable.dataSync() as Float32Array, variable.shape);
    const expected = inOurLayout(weight, golden);
    return [compareTensors({ name: `state_after.${name}`, actual, expected })];
  });
}

async function checkLookup(subject: Subject, golden: Golden, engine: Engine): Promise<Check[]> {
  const { lookup_indices: indices, lookup_codes: expected } = golden.tensors;
  if (!subject.lookup || !indices || !expected) return [];
  const name = "lookup_codes";
  return [await compareLookup({ name, lookup: subject.lookup, indices, expected, engine })];
}

/** Open-MAGVIT2's lookups lie beside the case: indices [B, H·W], codes [B, C, H, W]. */
async function checkStoredLookup(subject: Subject, file: string, engine: Engine): Promise<Check[]> {
  if (!subject.lookup || !existsSync(file)) return [];
  const { indices, entry } = readTensors(file);
  const name = "stored lookup";
  const { lookup } = subject;
  const expected = toRows(entry!);
  return [await compareLookup({ name, lookup, indices: indices!, expected, engine })];
}

async function compareLookup(options: {
  readonly name: string;
  readonly lookup: NonNullable<Subject["lookup"]>;
  readonly indices: HostTensor;
  readonly expected: HostTensor;
  readonly engine: Engine;
}): Promise<Check> {
  const { name, lookup, indices, expected, engine } = options;
  const { codes } = await runProgram({
    engine,
    inputs: { indices: hostTensor(indices.data) },
    program: (fed) => ({ codes: lookup(fed.indices as never) }),
  });
  return compareTensors({ name, actual: codes, expected });
}
