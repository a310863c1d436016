import { hostInput } from "./host-input.js";
import { hostTensor } from "./host-tensor.js";
import { fold, type Key, normal, uniform } from "./random.js";
import type { Tensor } from "./tf.js";

/**
 * Random tensors inside a training step (dropout masks, noise), the same eagerly and compiled: each
 * draw is a function of the key, the step and its place in the step. Call `advance` after every step.
 */
export class RandomStream {
  /** The current step; part of a checkpoint. */
  step = 0;
  private draws = 0;

  constructor(private readonly key: Key) {}

  advance(): void {
    this.step += 1;
    this.draws = 0;
  }

  /** Uniform in [0, 1). */
  uniform(shape: readonly number[]): Tensor {
    return this.draw(uniform, shape);
  }

  /** Standard normal. */
  normal(shape: readonly number[]): Tensor {
    return this.draw(normal, shape);
  }

  private draw(sample: (key: Key, count: number) => Float32Array, shape: readonly number[]) {
    const site = this.draws++;
    const count = shape.reduce((product, side) => product * side, 1);
    return hostInput(() => hostTensor(sample(fold(this.key, this.step, site), count), shape));
  }
}
