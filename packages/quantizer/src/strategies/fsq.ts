/**
 * Finite scalar quantization, https://arxiv.org/abs/2309.15505: each coordinate is bounded and rounded
 * to one of a few levels; the grid of levels is the codebook, and nothing has to be learned.
 */
import { nn, type Tensor, type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";
import * as z from "zod";
import { wholeNumber } from "../codebook-options.js";
import { codeCount, packDigits, unpackDigits } from "../codes.js";
import {
  checkLatents,
  defineQuantizer,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
} from "../quantizer.js";
import { stopGradient } from "../straight-through.js";

/** How one coordinate of L levels becomes a whole number, and that a code. */
interface Grid {
  /** tanh(z + shift) · scale + offset is rounded … */
  readonly shift: number;
  readonly scale: number;
  readonly offset: number;
  /** … to r, whose digit is r + half and whose code is r · step + origin. */
  readonly half: number;
  readonly step: number;
  readonly origin: number;
}

interface Bound {
  grid(levels: number): Grid;
  round(x: Tensor): Tensor;
}

/** An even number of levels has no middle: its grid is moved by half a level. */
const offsetOf = (levels: number) => (levels % 2 === 0 ? 0.5 : 0);

/** The form of both common implementations: codes r / ⌊L/2⌋. */
function shiftedGrid(levels: number, scale: number, shift: number): Grid {
  const half = Math.floor(levels / 2);
  return { shift, scale, offset: -offsetOf(levels), half, step: 1 / half, origin: 0 };
}

const bounds = {
  /** vector-quantize-pytorch: the range a little wider than the levels, zero kept at zero. */
  widened: {
    grid(levels) {
      const scale = ((levels - 1) * (1 + 1e-3)) / 2;
      return shiftedGrid(levels, scale, Math.atanh(offsetOf(levels) / scale));
    },
    round: tf.round, // half to even
  },
  /** The paper's own code: a little narrower, zero kept nearly. */
  narrowed: {
    grid(levels) {
      const scale = ((levels - 1) * (1 - 1e-3)) / 2;
      return shiftedGrid(levels, scale, Math.tan(offsetOf(levels) / scale));
    },
    round: tf.round,
  },
  /** Levels evenly from -1 to 1, symmetric about zero also when their number is even. */
  symmetric: {
    grid(levels) {
      const scale = (levels - 1) / 2;
      return { shift: 0, scale, offset: scale, half: 0, step: 1 / scale, origin: -1 };
    },
    round: (x) => tf.floor(tf.add(x, 0.5)), // half upwards
  },
} as const satisfies Record<string, Bound>;

const options = {
  /** Levels of each coordinate; the codebook's size is their product. */
  levels: z
    .array(
      wholeNumber({
        from: 2,
        to: 1000,
        of: "a whole number of levels",
        remedy: "give one for each coordinate, such as [8, 5, 5, 5]",
      }),
    )
    .min(1)
    .default([8, 5, 5, 5]),
  bound: z.enum(Object.keys(bounds) as (keyof typeof bounds)[]).default("widened"),
};

export class FiniteScalarQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  readonly #levels: readonly number[];
  readonly #bound: Bound;
  readonly #grids: readonly Grid[];

  constructor(levels: readonly number[], bound: keyof typeof bounds) {
    super();
    this.dimensions = levels.length;
    this.size = codeCount(levels, "fsq: levels");
    this.#levels = levels;
    this.#bound = bounds[bound];
    this.#grids = levels.map(this.#bound.grid);
  }

  quantize(input: Tensor2D, _mode: QuantizeMode): Quantized {
    checkLatents("fsq", input, this.dimensions);
    const row = (field: keyof Grid) => this.#row(field);
    const squashed = tf.tanh(tf.add(input, row("shift")));
    const bounded = tf.add(tf.mul(squashed, row("scale")), row("offset")); // [N, D]
    const whole = this.#bound.round(stopGradient(bounded));
    const digits = tf.cast(tf.add(whole, row("half")), "int32") as Tensor2D;
    return {
      latents: this.#scaled(bounded),
      codes: this.#codes(digits),
      indices: packDigits(digits, this.#levels),
      losses: {},
    };
  }

  lookup(indices: Tensor1D): Tensor2D {
    return this.#codes(unpackDigits(indices, this.#levels));
  }

  /** int32 [N, D] → [N, D] */
  #codes(digits: Tensor2D): Tensor2D {
    return this.#scaled(tf.sub(tf.cast(digits, "float32"), this.#row("half")));
  }

  /** Whole numbers, or what will be rounded to them, on the scale of codes. */
  #scaled(x: Tensor): Tensor2D {
    return tf.add(tf.mul(x, this.#row("step")), this.#row("origin"));
  }

  /** One field of every coordinate's grid, [1, D]. */
  #row(field: keyof Grid): Tensor2D {
    return tf.tensor2d([this.#grids.map((grid) => grid[field])]);
  }
}

/** About five levels a coordinate, as the paper has them, that multiply to about 2^bits. */
function levelsOf(bits: number): number[] {
  const dimensions = Math.ceil(bits / 2.4);
  let rest = 2 ** bits;
  return Array.from({ length: dimensions }, (_, i) => {
    const levels = Math.max(2, Math.round(rest ** (1 / (dimensions - i))));
    rest /= levels;
    return levels;
  });
}

export const fsq = defineQuantizer({
  name: "fsq",
  summary: "Rounds every coordinate to one of a few levels: the grid is the codebook",
  reference: "https://arxiv.org/abs/2309.15505",
  options,
  example: { levels: [4, 3, 5] },
  ofBits: (bits) => ({ levels: levelsOf(bits) }),
  create: ({ levels, bound }) => new FiniteScalarQuantizer(levels, bound),
});
