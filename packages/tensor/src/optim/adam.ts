import { hostInput } from "../host-input.js";
import { hostTensor } from "../host-tensor.js";
import { buffer, Module } from "../nn/module.js";
import { type Tensor, tf, type Variable } from "../tf.js";

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
    const { beta1, beta2, epsilon, weightDecay, decays } = this.#options;
    tf.tidy(() => {
      const rate = hostInput(() => hostTensor(Float32Array.of(this.learningRate()), []));
      this.updates.assign(tf.add(this.updates, 1));
      const correction1 = this.#biasCorrection(beta1);
      const correction2 = this.#biasCorrection(beta2);
      const stepSize = tf.div(rate, correction1);
      const root2 = tf.sqrt(correction2);
      for (const [name, variable] of this.#variables) {
        const gradient = grads[variable.name];
        if (!gradient) continue;
        const { first, second } = this.moments[name]!;
        const m = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
        const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        const denominator = tf.add(tf.div(tf.sqrt(v), root2), epsilon);
        const update = tf.mul(stepSize, tf.div(m, denominator));
        const decayed =
          weightDecay > 0 && decays(name, variable)
            ? tf.mul(variable, tf.sub(1, tf.mul(rate, weightDecay)))
            : variable;
        first.assign(m as never);
        second.assign(v as never);
        variable.assign(tf.sub(decayed, update) as never);
      }
    });
  }

  /** 1 - βᵗ, by expm1: the plain difference loses five digits while βᵗ is near 1. */
  #biasCorrection(beta: number): Tensor {
    return tf.neg(tf.expm1(tf.mul(this.updates, Math.log(beta))));
  }
}
