/**
 * What a factor is needed for: its code vectors are replaced, those of the other factors stay, and the
 * decoder draws. Zeros are what Figure 3 of FQGAN (https://arxiv.org/abs/2411.16681) shows, but a decoder has
 * never seen them; means and other images' codes are what it has.
 */
import { type Key, permutation } from "@fqgan/tensor";
import type { Rows } from "./ridge.js";

type Vectors = Rows & { readonly data: Float32Array };

/** What stands for a factor's vectors of some test images, [images, h·w·D]. */
export type Replacement = (given: {
  readonly own: Vectors;
  /** Of the training images. */
  readonly train: Vectors;
  readonly key: Key;
}) => Float32Array;

/** Ways to take a factor's information away, by name. */
export const replacements: Readonly<Record<string, Replacement>> = {
  zeros: ({ own }) => new Float32Array(own.data.length),
  mean: ({ own, train }) => {
    const mean = new Float64Array(train.columns);
    for (let i = 0; i < train.data.length; i++)
      mean[i % train.columns]! += train.data[i]! / train.count;
    return Float32Array.from(own.data, (_, i) => mean[i % own.columns]!);
  },
  resampled: ({ own, key }) => {
    // In the order of a random cycle everyone gets another's: the marginal stays, nobody keeps their own.
    const order = permutation(key, own.count);
    const data = new Float32Array(own.data.length);
    order.forEach((image, i) => {
      const from = order[(i + 1) % own.count]! * own.columns;
      data.set(own.data.subarray(from, from + own.columns), image * own.columns);
    });
    return data;
  },
};
