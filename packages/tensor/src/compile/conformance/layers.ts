import * as nn from "../../nn/index.js";
import { type Tensor, tf } from "../../tf.js";
import { type Case, each, random } from "./case.js";

const conv = (x: Tensor, w: Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same");

/** Layers that the compiled engine may have kernels of its own for, alone and between convolutions. */
export const layerCases: readonly Case[] = [
  ...[[6], [2, 3, 5, 4]].map((shape) => ({
    name: `silu [${shape}]`,
    inputs: { x: random("silu", shape, { low: -6, high: 6 }) },
    program: ({ x }: Record<string, Tensor>) => nn.silu(x!),
    gradients: ["x"],
  })),
  ...each(
    [1, 2, 8],
    [
      [2, 3, 5, 8],
      [1, 4, 4, 32],
    ],
    (groups, shape) => {
      const inputs = {
        x: random("norm", shape, { low: -1, high: 3 }),
        scale: random("scale", [shape[3]!]),
        shift: random("shift", [shape[3]!]),
        w: random("between", [3, 3, shape[3]!, shape[3]!]),
      };
      const norm = ({ x, scale, shift }: Record<string, Tensor>) =>
        nn.groupNorm(x!, scale!, shift!, { groups, epsilon: 1e-5 });
      return [
        {
          name: `groupNorm of ${groups} [${shape}]`,
          inputs,
          program: norm,
          gradients: ["x", "scale", "shift"],
        },
        {
          name: `convolutions around groupNorm of ${groups} and silu [${shape}]`,
          inputs,
          program: ({ x, scale, shift, w }) =>
            tf.add(x!, conv(nn.silu(norm({ x: conv(x!, w!), scale: scale!, shift: shift! })), w!)),
          gradients: ["x", "scale", "shift", "w"],
        },
      ];
    },
  ),
];
