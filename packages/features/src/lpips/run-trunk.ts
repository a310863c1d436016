import { type Tensor, type Tensor4D, tf } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { FrozenConvolution } from "../layers/convolution.js";
import type { Trunk, TrunkConvolution } from "./trunks.js";

/** The convolutions of a trunk by their place: `at24`. */
export type TrunkConvolutions = Readonly<Record<string, FrozenConvolution>>;

/** @param weights `features.<i>.{weight, bias}` */
export const trunkConvolutions = (trunk: Trunk, weights: StateDict): TrunkConvolutions =>
  Object.fromEntries(
    trunk.stages
      .flatMap(({ convolutions }) => convolutions)
      .map((options) => [`at${options.index}`, convolution(options, weights)]),
  );

function convolution(options: TrunkConvolution, weights: StateDict): FrozenConvolution {
  const { index, inputs, outputs, kernel, stride = 1, padding } = options;
  const name = `features.${index}`;
  return new FrozenConvolution(
    { inputs, outputs, kernel: [kernel, kernel], stride, padding: [padding, padding] },
    {
      weight: weights.take(`${name}.weight`, [outputs, inputs, kernel, kernel]),
      bias: weights.take(`${name}.bias`, [outputs]),
    },
  );
}

/** Standardised images [B, H, W, 3] → what each stage ends with, [B, h, w, C] */
export function runTrunk(
  images: Tensor,
  { trunk, convolutions }: { readonly trunk: Trunk; readonly convolutions: TrunkConvolutions },
): Tensor[] {
  let x = images;
  return trunk.stages.map((stage) => {
    if (stage.pool) x = tf.maxPool(x as Tensor4D, stage.pool, 2, "valid");
    for (const { index } of stage.convolutions) x = tf.relu(convolutions[`at${index}`]!.call(x));
    return x;
  });
}
