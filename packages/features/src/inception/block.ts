import { nn, type Tensor, type Tensor4D, tf } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { Unit, type UnitShape } from "./unit.js";

/** Pools of 3×3. At the border an average counts real pixels only. */
const pools = {
  average: (x: Tensor) => tf.avgPool(x as Tensor4D, 3, 1, "same"),
  max: (x: Tensor) => tf.maxPool(x as Tensor4D, 3, 1, "same"),
  halving: (x: Tensor) => tf.maxPool(x as Tensor4D, 3, 2, "valid"),
} as const;

export type PoolName = keyof typeof pools;

/** What a block does to its input in one of several ways, side by side. */
export interface BranchShape {
  readonly pool?: PoolName;
  /** One after another. */
  readonly units: readonly UnitShape[];
  /** Both read what the units made; their results lie side by side. */
  readonly fork?: readonly [UnitShape, UnitShape];
}

class Branch extends nn.Module {
  readonly units: readonly Unit[];
  readonly fork: readonly Unit[];
  readonly outputs: number;
  readonly #pool: PoolName | undefined;

  constructor(
    weights: StateDict,
    options: { readonly block: string; readonly inputs: number; readonly shape: BranchShape },
  ) {
    super();
    const { block, inputs, shape } = options;
    let width = inputs;
    const unit = ({ name, ...rest }: UnitShape) =>
      new Unit(weights, { ...rest, name: `${block}.${name}`, inputs: width });
    this.units = shape.units.map((unitShape) => {
      const made = unit(unitShape);
      width = unitShape.outputs;
      return made;
    });
    this.fork = (shape.fork ?? []).map(unit);
    this.outputs = shape.fork ? shape.fork.reduce((sum, { outputs }) => sum + outputs, 0) : width;
    this.#pool = shape.pool;
  }

  call(x: Tensor): Tensor {
    const pooled = this.#pool ? pools[this.#pool](x) : x;
    const made = this.units.reduce((value, unit) => unit.call(value), pooled);
    if (this.fork.length === 0) return made;
    return tf.concat(
      this.fork.map((unit) => unit.call(made)),
      3,
    );
  }
}

/** Branches side by side, their channels one after another. */
export class Block extends nn.Module {
  readonly branches: readonly Branch[];
  readonly outputs: number;

  constructor(
    weights: StateDict,
    options: {
      readonly name: string;
      readonly inputs: number;
      readonly branches: readonly BranchShape[];
    },
  ) {
    super();
    const { name, inputs, branches } = options;
    this.branches = branches.map((shape) => new Branch(weights, { block: name, inputs, shape }));
    this.outputs = this.branches.reduce((sum, { outputs }) => sum + outputs, 0);
  }

  /** [B, H, W, inputs] → what each branch makes, [B, H', W', …] */
  parts(x: Tensor): Tensor[] {
    return this.branches.map((branch) => branch.call(x));
  }

  /** [B, H, W, inputs] → [B, H', W', outputs] */
  call(x: Tensor): Tensor {
    return tf.concat(this.parts(x), 3);
  }
}
