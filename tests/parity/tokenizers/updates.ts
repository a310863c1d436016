import type { HostTensor } from "@fqgan/tensor";
import { fqganNames, fromTorch, patchDiscriminatorWeights, type Tokenizer } from "@fqgan/tokenizer";
import { compareGradients, compareTensors } from "../compare.js";
import type { Check } from "../parity-case.js";
import type { files, TokenizerMeta, UpdateMeta } from "./golden.js";

type Tensors = Readonly<Record<string, HostTensor>>;
type Scalars = Readonly<Record<string, number>>;

/** What a training step left behind, beside the golden values of it. */
export interface StateCheck {
  readonly tokenizer: Tokenizer;
  readonly state: Tensors;
  readonly data: ReturnType<typeof files>;
  readonly groups: number;
  readonly number: number;
}

/**
 * Whether a gradient is mathematically zero, so that what is there is noise: an attention's key bias,
 * which its softmax cancels, and a bias that a normalisation of single channels takes away.
 */
function isNoise(name: string, size: number, groups: number): boolean {
  return (
    /attentions?(\.\d+)?\.key\.bias$/.test(name) ||
    (/blocks\.\d+\.conv1\.bias$|middle\.(first|second)\.conv1\.bias$/.test(name) && size === groups)
  );
}

/** The middle third of a packed projection's bias is the keys', whose gradient is noise too. */
function withoutKeys(name: string, tensor: HostTensor): HostTensor {
  if (!name.endsWith("attention.project.bias")) return tensor;
  const third = tensor.data.length / 3;
  return {
    ...tensor,
    data: tensor.data.map((value, i) => (i >= third && i < 2 * third ? 0 : value)),
  };
}

interface Golden {
  readonly name: string;
  readonly reference: string;
  readonly tensor: HostTensor;
}

/** Those of the golden tensors that are parameters of the tokenizer, in our layouts. */
function ours({ tokenizer, groups }: StateCheck, golden: Tensors): Golden[] {
  const variables = tokenizer.namedVariables();
  return [...fqganNames(tokenizer)].flatMap(([name, reference]) => {
    const tensor = golden[reference];
    if (!tensor || isNoise(name, variables.get(name)!.size, groups)) return [];
    return [{ name, reference, tensor: fromTorch(name, tensor, variables.get(name)!.rank) }];
  });
}

/** Gradients of the first step, read off Adam's first moment: (1 - β₁) · the clipped gradient. */
export function checkGradients(
  options: StateCheck & { scalars: Scalars; beta1: number; clip: number; meta: TokenizerMeta },
): Check[] {
  const { state, data, scalars, beta1, clip, meta } = options;
  const scale = Math.min(1, clip / (scalars.gradientNorm! + 1e-6)) * (1 - beta1);
  return ours(options, data.tensors("grads_step1")).flatMap(
    ({ name, reference, tensor: expected }) => {
      const moment = state[`optimizer.moments.${name}.first`]!;
      const actual = { ...moment, data: moment.data.map((value) => value / scale) };
      const { l2 = 1, fp32_vs_fp64_maxabs: referenceError = 0 } =
        meta.train.grad_step1[reference] ?? {};
      // Nothing but rounding in the reference itself.
      if (l2 <= 5 * referenceError * Math.sqrt(moment.data.length)) return [];
      return [compareGradients({ name: `gradient of ${name}`, actual, expected, referenceError })];
    },
  );
}

/** ‖p - p′‖ against how far p has moved. */
function compareMoved(options: {
  name: string;
  actual: HostTensor;
  expected: HostTensor;
  update: number;
  tolerance: number;
}): Check {
  const { name, actual, expected, update } = options;
  const error = distance(actual, expected);
  // What has not moved at all must be where it was.
  if (update === 0) return { name, error, tolerance: 0 };
  return { name, error: error / update, tolerance: Math.max(1e-2, options.tolerance) };
}

const distance = (a: HostTensor, b: HostTensor) =>
  Math.hypot(...a.data.map((value, i) => value - b.data[i]!));

/** The reference's own float32 error of a parameter, against how far it has moved. */
const relativeError = ({ update_l2, fp32_vs_fp64_l2 }: UpdateMeta[string]) =>
  fp32_vs_fp64_l2 / update_l2;

/** Parameters after a step. */
export function checkParameters(options: StateCheck & { updates: UpdateMeta }): Check[] {
  const { state, data, updates, number } = options;
  const golden = data.tensors(`params_after_step${number}`);
  return ours(options, golden).map(({ name, reference, tensor }) =>
    compareMoved({
      name: `step ${number}: ${name}`,
      actual: withoutKeys(name, state[`model.${name}`]!),
      expected: withoutKeys(name, tensor),
      update: updates[reference]!.update_l2,
      tolerance: 5 * relativeError(updates[reference]!),
    }),
  );
}

/**
 * Its running statistics as tensors, its parameters as those of the tokenizer. Their float32 errors are
 * not recorded: the largest of the tokenizer's after the same step stands for them.
 */
export function checkDiscriminator(
  options: StateCheck & { start: Tensors; updates: UpdateMeta },
): Check[] {
  const { state, data, start, updates, number, groups, tokenizer } = options;
  const names = [...fqganNames(tokenizer)].filter(
    ([name]) => !isNoise(name, tokenizer.namedVariables().get(name)!.size, groups),
  );
  const tolerance = Math.max(...names.map(([, name]) => relativeError(updates[name]!)));
  const golden = Object.entries(data.tensors(`params_after_step${number}`)).flatMap(
    ([name, tensor]) =>
      name.startsWith("discriminator.") ? [[name.slice("discriminator.".length), tensor]] : [],
  );
  const weights = patchDiscriminatorWeights(Object.fromEntries(golden));
  return Object.entries(weights).map(([part, expected]) => {
    const variable = `adversary.discriminator.${part}`;
    const name = `step ${number}: discriminator ${part}`;
    const actual = state[variable]!;
    if (part.includes("running")) return compareTensors({ name, actual, expected });
    const update = distance(expected, start[variable]!);
    return compareMoved({ name, actual, expected, update, tolerance });
  });
}
