import * as nn from "../../nn/index.js";
import { type Tensor, tf } from "../../tf.js";
import { type Case, each, random } from "./case.js";

type Named = Record<string, Tensor>;

const conv = (x: Tensor, w: Tensor, stride = 1) =>
  tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, "same");

const layer = (name: string, shape: readonly number[], window: readonly number[]) => ({
  x: random(`${name} x`, shape),
  w: random(`${name} w`, window, { low: -0.5, high: 0.5 }),
});

/** What happens around convolutions of enough channels that an engine may keep them in blocks. */
export const blockCases: readonly Case[] = [
  ...[1, 3, 16, 33].map((batch) => ({
    name: `convolution of ${batch} images of 32 → 48 channels`,
    inputs: layer("batch", [batch, 3, 4, 32], [3, 3, 32, 48]),
    program: ({ x, w }: Named) => conv(x!, w!),
    gradients: ["x", "w"],
  })),
  ...each([2, 3], [2, 3, 5], (factor, kernel) => [
    {
      name: `convolution ${kernel}×${kernel} of an image enlarged ${factor} times`,
      inputs: {
        ...layer("enlarged", [2, 3, 4, 16], [kernel, kernel, 16, 32]),
        b: random("enlarged b", [32]),
      },
      program: ({ x, w, b }: Named) =>
        tf.add(conv(nn.upsampleNearest(tf.mul(x!, 2), factor), w!), b!),
      gradients: ["x", "w", "b"],
    },
  ]),
  {
    name: "elementwise between convolutions, with inputs of every smaller shape",
    inputs: {
      ...layer("between", [2, 4, 4, 16], [3, 3, 16, 16]),
      channel: random("channel", [16]),
      image: random("image", [2, 1, 1, 16]),
      place: random("place", [1, 4, 4, 1]),
      all: random("all", [4, 4, 16]),
      one: random("one", []),
    },
    program: ({ x, w, channel, image, place, all, one }) => {
      const y = tf.add(tf.mul(conv(x!, w!), channel!), tf.mul(image!, x!));
      const z = tf.sub(tf.div(y, tf.add(tf.square(place!), 1)), tf.mul(all!, one!));
      return conv(tf.maximum(tf.tanh(z), x!), w!);
    },
    gradients: ["x", "w", "channel", "image", "place", "all", "one"],
  },
  {
    name: "comparisons and choices between convolutions",
    inputs: layer("choices", [2, 4, 5, 16], [3, 3, 16, 16]),
    program: ({ x, w }) => {
      const y = tf.leakyRelu(conv(x!, w!), 0.2);
      return conv(tf.where(tf.greater(y, x!), y, tf.relu(x!)), w!);
    },
    gradients: ["x", "w"],
  },
  {
    name: "a comparison after a convolution as a result",
    inputs: layer("result", [2, 4, 5, 32], [3, 3, 32, 32]),
    program: ({ x, w }) => tf.greater(conv(x!, w!), x!),
  },
  ...each([[0], [1, 2], [0, 1, 2], [3], [0, 1, 2, 3]], [true, false], (axes, keep) => [
    {
      name: `sum and mean over ${axes} ${keep ? "kept" : "gone"} after a convolution`,
      inputs: layer("reduced", [2, 4, 3, 16], [1, 1, 16, 32]),
      program: ({ x, w }: Named) => {
        const y = conv(x!, w!);
        return tf.mul(tf.sum(tf.square(y), axes, keep), tf.mean(y, axes, keep));
      },
      gradients: ["x", "w"],
    },
  ]),
  {
    name: "a residual join, a stride and an enlargement",
    inputs: {
      ...layer("path", [2, 4, 6, 16], [3, 3, 16, 16]),
      down: random("down", [3, 3, 16, 32]),
      up: random("up", [1, 1, 32, 16]),
    },
    program: ({ x, w, down, up }) => {
      const small = conv(tf.add(x!, conv(x!, w!)), down!, 2);
      return tf.add(nn.upsampleNearest(conv(small, up!)), x!);
    },
    gradients: ["x", "w", "down", "up"],
  },
  {
    name: "groupNorm of values whose mean is large beside their deviation",
    inputs: { ...layer("shifted", [2, 4, 4, 32], [1, 1, 32, 32]), scale: random("scale", [32]) },
    program: ({ x, w, scale }) =>
      nn.groupNorm(tf.add(conv(x!, w!), 60), scale!, scale!, { groups: 8, epsilon: 1e-6 }),
  },
  ...each([3, 16, 32], [16, 20], (inputs, outputs) => {
    const { data } = random("known", [3, 2, inputs, outputs]);
    return [
      {
        name: `convolution with a filter that is known, ${inputs} → ${outputs}, and ReLU`,
        inputs: { x: random("known x", [2, 4, 5, inputs]), b: random("known b", [outputs]) },
        program: ({ x, b }: Named) =>
          tf.relu(tf.add(conv(x!, tf.tensor(data, [3, 2, inputs, outputs])), b!)),
        gradients: ["x"],
      },
    ];
  }),
  {
    name: "ReLU, pools and a concatenation between convolutions",
    inputs: layer("pooled", [2, 7, 8, 16], [3, 3, 16, 16]),
    program: ({ x, w }) => {
      const y = tf.relu(conv(x!, w!)) as tf.Tensor4D;
      const halved = tf.maxPool(y, 3, 2, "valid");
      const averaged = tf.avgPool(halved, 3, 1, "same");
      const joined = tf.concat([tf.maxPool(halved, 3, 1, "same"), averaged, halved], 3);
      return conv(tf.slice(joined, [0, 0, 0, 16], [2, 3, 3, 16]), w!);
    },
    gradients: ["x", "w"],
  },
  {
    name: "ReLU, pools and a concatenation between convolutions, without gradients",
    inputs: layer("plain pooled", [2, 7, 8, 16], [3, 3, 16, 16]),
    program: ({ x, w }) => {
      const y = tf.relu(conv(x!, w!)) as tf.Tensor4D;
      return tf.concat([tf.avgPool(y, 3, 2, "same"), tf.maxPool(y, 3, 2, "same")], 3);
    },
  },
];
