import { hostInput } from "../host-input.js";
import { hostTensor } from "../host-tensor.js";
import { buffer, Module } from "../nn/module.js";
import { type Tensor, tf, type Variable } from "../tf.js";

/** Adam's numbers; `weightDecay` makes it AdamW. */
export interface AdamOptions {
  /** Step size, or its schedule by number of updates done (0 at the first). */
  readonly learningRate: number | ((update: number) => number);
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled weight decay (AdamW) on the variables that `decays` picks; default: rank ≥ 2. */
  readonly weightDecay?: number;
  readonly decays?: (name: string, variable: Variable) => boolean;
}

/**
 * Adam (Kingma & Ba, arXiv 1412.6980) and AdamW (Loshchilov & Hutter, arXiv 1711.05101) with PyTorch's
 * arithmetic: ε is added to √(v / (1 - β₂ᵗ)). Its slots are variables made at once, so a checkpoint can
 * hold them and a tracer sees them.
 */
export class Adam extends Module {
  /** Number of updates done, [] float32. */
  readonly updates = buffer(new Float32Array(1), []);
  /** First and second moments by the name of the variable. */
  readonly moments: Record<string, { first: Variable; second: Variable }> = {};
  readonly #variables: Map<string, Variable>;
  readonly #options: Required<AdamOptions>;
  /** Host-side count of updates, for the schedule; restored with `setUpdates`. */
  #done = 0;

  constructor(variables: Map<string, Variable>, options: AdamOptions) {
    super();
    this.#variables = new Map([...variables].filter(([, variable]) => variable.trainable));
    this.#options = {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      decays: (_name, variable) => variable.rank >= 2,
      ...options,
    };
    for (const [name, variable] of this.#variables) {
      const slot = () => buffer(new Float32Array(variable.size), variable.shape);
      this.moments[name] = { first: slot(), second: slot() };
    }
  }

  get variables(): Variable[] {
    return [...this.#variables.values()];
  }

  /** After loading a checkpoint: how many updates were done. */
  setUpdates(done: number): void {
    this.#done = done;
  }

  /** The learning rate of the next update. */
  learningRate(): number {
    const { learningRate } = this.#options;
    return typeof learningRate === "number" ? learningRate : learningRate(this.#done);
  }

  /** Call after every update, compiled or not: moves the schedule on. */
  advance(): void {
    this.#done += 1;
  }

  /** One update. `grads` is keyed as `tf.variableGrads` keys them: by `variable.name`. */
  apply(grads: Record<string, Tensor>): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    tf.tidy(() => {
      const rate = hostInput(() => hostTensor(Float32Array.of(this.learningRate()), []));
      this.updates.assign(tf.add(this.updates, 1));
      const correction1 = this.#biasCorrection(beta1);
      const correction2 = this.#biasCorrection(beta2);
      const stepSize = tf.div(rate, correction1);
      const root2 = tf.sqrt(correction2);
      for (const group of this.#groups(grads)) {
        const beside = (pick: (member: Member) => Tensor) => sideBySide(group.map(pick));
        const gradient = beside((member) => member.gradient);
        const first = beside((member) => member.first);
        const second = beside((member) => member.second);
        const weights = beside((member) => member.variable);
        const m = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
        const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        const denominator = tf.add(tf.div(tf.sqrt(v), root2), epsilon);
        const update = tf.mul(stepSize, tf.div(m, denominator));
        const decayed = group[0]!.isDecayed
          ? tf.mul(weights, tf.sub(1, tf.mul(rate, weightDecay)))
          : weights;
        assign(group, m, (member) => member.first);
        assign(group, v, (member) => member.second);
        assign(group, tf.sub(decayed, update), (member) => member.variable);
      }
    });
  }

  /** Variables that move together: a large one by itself, small ones side by side. */
  #groups(grads: Record<string, Tensor>): Member[][] {
    const { weightDecay, decays } = this.#options;
    const members: Member[] = [];
    for (const [name, variable] of this.#variables) {
      const gradient = grads[variable.name];
      const isDecayed = weightDecay > 0 && decays(name, variable);
      if (gradient) members.push({ variable, gradient, isDecayed, ...this.moments[name]! });
    }
    const small = members.filter(({ variable }) => variable.size <= smallSize);
    return [
      ...members.filter((member) => !small.includes(member)).map((member) => [member]),
      small.filter(({ isDecayed }) => isDecayed),
      small.filter(({ isDecayed }) => !isDecayed),
    ].filter((group) => group.length > 0);
  }

  /** 1 - βᵗ, by expm1: the plain difference loses five digits while βᵗ is near 1. */
  #biasCorrection(beta: number): Tensor {
    return tf.neg(tf.expm1(tf.mul(this.updates, Math.log(beta))));
  }
}

/** A variable with what moves it. */
interface Member {
  readonly variable: Variable;
  readonly gradient: Tensor;
  readonly first: Variable;
  readonly second: Variable;
  readonly isDecayed: boolean;
}

/** Up to so many elements, calling a dozen kernels takes longer than what they compute. */
const smallSize = 8192;

/** Several tensors as one vector; one stays as it is. */
function sideBySide(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 1) return tensors[0]!;
  return tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size])));
}

/** Gives each member's variable its part of what was computed side by side. */
function assign(
  group: readonly Member[],
  values: Tensor,
  variableOf: (member: Member) => Variable,
): void {
  const variables = group.map(variableOf);
  const sizes = variables.map(({ size }) => size);
  const parts = group.length === 1 ? [values] : tf.split(values, sizes);
  for (const [index, variable] of variables.entries())
    variable.assign(tf.reshape(parts[index]!, variable.shape) as never);
}
