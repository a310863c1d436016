import { buffer, Module } from "../nn/module.js";
import { tf, type Variable } from "../tf.js";

/** Exponential moving average of a model's variables: shadow ← decay·shadow + (1 - decay)·value. */
export class Ema extends Module {
  readonly shadow: Record<string, Variable> = {};
  readonly #variables: Map<string, Variable>;
  readonly #decay: number;

  constructor(variables: Map<string, Variable>, decay: number) {
    super();
    this.#variables = variables;
    this.#decay = decay;
    for (const [name, variable] of variables) {
      this.shadow[name] = buffer(new Float32Array(variable.size), variable.shape);
      this.shadow[name].assign(variable as never);
    }
  }

  update(): void {
    tf.tidy(() => {
      for (const [name, variable] of this.#variables) {
        const shadow = this.shadow[name]!;
        const next = tf.add(tf.mul(shadow, this.#decay), tf.mul(variable, 1 - this.#decay));
        shadow.assign(next as never);
      }
    });
  }
}
