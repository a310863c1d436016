import { describe, expect, it } from "vitest";
import { createKey } from "../random.js";
import { checkGradients, normalTensor, weightedSum } from "../testing/finite-differences.js";
import { type Tensor, tf, type Variable } from "../tf.js";
import {
  Conv2d,
  causalMask,
  Embedding,
  GroupNorm,
  gelu,
  LayerNorm,
  Linear,
  type Module,
  mergeHeads,
  RmsNorm,
  SelfAttention,
  scaledDotProductAttention,
  silu,
  splitHeads,
  upsampleNearest,
} from "./index.js";

const key = createKey(3);
const set = (variable: Variable | undefined, values: number[]) =>
  variable!.assign(tf.tensor(values, variable!.shape) as never);
const values = (tensor: Tensor) => [...tensor.dataSync()];

function expectClose(actual: Tensor, expected: number[], digits = 5): void {
  expect(actual.size).toBe(expected.length);
  for (const [i, value] of values(actual).entries())
    expect(value).toBeCloseTo(expected[i]!, digits);
}

describe("Linear", () => {
  it("is x·kernel + bias over the last axis, whatever the rank", () => {
    const linear = new Linear({ inputs: 2, outputs: 3, key });
    set(linear.kernel, [1, 2, 3, 4, 5, 6]);
    set(linear.bias, [10, 20, 30]);
    expectClose(linear.call(tf.tensor([1, 2], [1, 2])), [19, 32, 45]);
    const deep = linear.call(tf.tensor([1, 2, 0, 1], [2, 1, 1, 2]));
    expect(deep.shape).toEqual([2, 1, 1, 3]);
    expectClose(deep, [19, 32, 45, 14, 25, 36]);
  });

  it("starts as PyTorch's does, or as told with a zero bias", () => {
    const inputs = 400;
    const { kernel, bias } = new Linear({ inputs, outputs: 50, key });
    for (const variable of [kernel, bias!]) {
      const all = values(variable);
      expect(Math.max(...all.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(inputs));
      const meanSquare = all.reduce((sum, x) => sum + x * x, 0) / all.length;
      expect(meanSquare * 3 * inputs).toBeCloseTo(1, 0); // variance of U(±a) is a²/3
    }
    const zeros = () => new Float32Array(4);
    const told = new Linear({ inputs: 2, outputs: 2, init: zeros, key });
    expect(values(told.kernel)).toEqual([0, 0, 0, 0]);
    expect(values(told.bias!)).toEqual([0, 0]);
    expect(new Linear({ inputs: 2, outputs: 2, bias: false, key }).bias).toBeUndefined();
  });

  it("depends on its key only", () => {
    const kernel = (seed: number) =>
      values(new Linear({ inputs: 3, outputs: 3, key: createKey(seed) }).kernel);
    expect(kernel(1)).toEqual(kernel(1));
    expect(kernel(1)).not.toEqual(kernel(2));
  });
});

describe("Conv2d", () => {
  const image = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const ones = (
    padding: number | { top: number; bottom: number; left: number; right: number },
    stride = 1,
  ) => {
    const conv = new Conv2d({ inputs: 1, outputs: 1, kernel: 3, padding, stride, key });
    set(conv.kernel, new Array(9).fill(1));
    set(conv.bias, [0]);
    return conv;
  };

  it("sums 3×3 windows with zeros around", () => {
    expectClose(ones(1).call(image), [12, 21, 16, 27, 45, 33, 24, 39, 28]);
    expectClose(ones(0).call(image), [45]);
  });

  it("pads one side only where told: the strided step of VQGAN", () => {
    const conv = ones({ top: 0, bottom: 1, left: 0, right: 1 }, 2);
    const y = conv.call(
      tf.tensor(
        Array.from({ length: 16 }, (_, i) => i + 1),
        [1, 4, 4, 1],
      ),
    );
    // windows start at rows and columns 0 and 2; the last row and column are zeros
    expectClose(y, [54, 45, 72, 54]);
  });

  it("is a matrix product per pixel when 1×1", () => {
    const conv = new Conv2d({ inputs: 2, outputs: 2, kernel: 1, key });
    set(conv.kernel, [1, 2, 3, 4]);
    set(conv.bias, [0, 100]);
    expectClose(conv.call(tf.tensor([1, 1, 2, 0], [1, 1, 2, 2])), [4, 106, 2, 104]);
  });
});

describe("upsampleNearest", () => {
  it("repeats pixels", () => {
    const y = upsampleNearest(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]));
    expectClose(y, [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });
});

describe("norms", () => {
  it("GroupNorm normalises H, W and a group's channels together", () => {
    const norm = new GroupNorm({ channels: 4, groups: 2, epsilon: 0 });
    set(norm.scale, [1, 1, 2, 2]);
    set(norm.shift, [0, 0, 0, 10]);
    // two pixels; group one holds 1, 3, 5, 7 (mean 4, variance 5), group two 0, 0, 2, 2 (mean 1, variance 1)
    const y = norm.call(tf.tensor([1, 3, 0, 0, 5, 7, 2, 2], [1, 1, 2, 4]));
    const s = Math.sqrt(5);
    expectClose(y, [-3 / s, -1 / s, -2, 8, 1 / s, 3 / s, 2, 12]);
  });

  it("GroupNorm refuses groups that don't divide the channels", () => {
    expect(() => new GroupNorm({ channels: 6, groups: 4 })).toThrow(/GroupNorm.*6 \/ 4/);
  });

  it("LayerNorm has mean 0 and variance 1 over the last axis, ε inside the root", () => {
    const norm = new LayerNorm({ channels: 2, epsilon: 3 });
    // mean 2, variance 1: (x - 2) / √(1 + 3)
    expectClose(norm.call(tf.tensor([1, 3], [1, 2])), [-0.5, 0.5]);
  });

  it("RmsNorm divides by the root of the mean square", () => {
    const norm = new RmsNorm({ channels: 2, epsilon: 0 });
    set(norm.scale, [1, 10]);
    const rms = Math.sqrt(12.5);
    expectClose(norm.call(tf.tensor([3, 4], [1, 1, 2])), [3 / rms, 40 / rms]);
  });
});

describe("activations", () => {
  it("gelu is x·Φ(x), silu is x·sigmoid(x)", () => {
    const x = tf.tensor([-1, 0, 1, 2]);
    expectClose(gelu(x), [-0.158655254, 0, 0.841344746, 1.954499736], 6);
    expectClose(silu(x), [-0.268941421, 0, 0.731058579, 1.761594156], 6);
  });
});

describe("Embedding", () => {
  it("looks rows up for indices of any shape", () => {
    const embedding = new Embedding({ count: 3, channels: 2, key });
    set(embedding.table, [0, 1, 10, 11, 20, 21]);
    const y = embedding.call(tf.tensor([2, 0, 1, 1], [2, 2], "int32"));
    expect(y.shape).toEqual([2, 2, 2]);
    expectClose(y, [20, 21, 0, 1, 10, 11, 10, 11]);
  });
});

describe("attention", () => {
  it("splits and merges heads", () => {
    const x = normalTensor(1, [2, 3, 8]);
    const heads = splitHeads(x, 4);
    expect(heads.shape).toEqual([2, 4, 3, 2]);
    // head 1 of token 2 of the second image holds its channels 2 and 3
    const picked = tf.slice(heads, [1, 1, 2, 0], [1, 1, 1, 2]);
    expect(values(picked)).toEqual(values(tf.slice(x, [1, 2, 2], [1, 1, 2])));
    expect(values(mergeHeads(heads))).toEqual(values(x));
  });

  it("weighs values by softmax(q·k/√d)", () => {
    const q = tf.tensor([Math.SQRT2 * Math.log(3), 0], [1, 1, 1, 2]);
    const k = tf.tensor([1, 5, 0, 7], [1, 1, 2, 2]);
    const v = tf.tensor([4, 0, 0, 8], [1, 1, 2, 2]);
    // logits log 3 and 0: weights 3/4 and 1/4
    expectClose(scaledDotProductAttention(q, k, v), [3, 2]);
  });

  it("sees nothing of the future through a causal mask", () => {
    const attention = new SelfAttention({ channels: 4, heads: 2, key });
    const x = normalTensor(2, [1, 3, 4]);
    const changed = tf.concat([tf.slice(x, [0, 0, 0], [1, 2, 4]), tf.ones([1, 1, 4])], 1);
    const firstTwo = (input: Tensor) =>
      values(tf.slice(attention.call(input, causalMask(3)), [0, 0, 0], [1, 2, 4]));
    expect(firstTwo(changed)).toEqual(firstTwo(x));
    expectClose(
      attention.call(tf.slice(x, [0, 0, 0], [1, 1, 4])),
      values(tf.slice(attention.call(x, causalMask(3)), [0, 0, 0], [1, 1, 4])),
    );
  });

  it("ignores the order of tokens without a mask", () => {
    const attention = new SelfAttention({ channels: 4, heads: 2, key });
    const x = normalTensor(2, [1, 3, 4]);
    expectClose(tf.reverse(attention.call(tf.reverse(x, 1)), 1), values(attention.call(x)));
  });

  it("refuses heads that don't divide the channels", () => {
    expect(() => new SelfAttention({ channels: 6, heads: 4, key })).toThrow(/6 \/ 4/);
  });
});

describe("gradients agree with finite differences", () => {
  const input = (shape: number[]) => tf.variable(normalTensor(11, shape));
  const layers: Record<string, { layer: Module & { call(x: Tensor): Tensor }; shape: number[] }> = {
    Linear: { layer: new Linear({ inputs: 3, outputs: 4, key }), shape: [2, 2, 3] },
    Conv2d: {
      layer: new Conv2d({ inputs: 2, outputs: 3, kernel: 3, key }),
      shape: [2, 4, 5, 2],
    },
    "Conv2d, strided and padded on one side": {
      layer: new Conv2d({
        inputs: 2,
        outputs: 2,
        kernel: 3,
        stride: 2,
        padding: { top: 0, bottom: 1, left: 0, right: 1 },
        key,
      }),
      shape: [1, 4, 4, 2],
    },
    GroupNorm: { layer: new GroupNorm({ channels: 4, groups: 2 }), shape: [2, 3, 2, 4] },
    LayerNorm: { layer: new LayerNorm({ channels: 5 }), shape: [3, 5] },
    RmsNorm: { layer: new RmsNorm({ channels: 5 }), shape: [2, 3, 5] },
    SelfAttention: { layer: new SelfAttention({ channels: 4, heads: 2, key }), shape: [2, 3, 4] },
  };
  it.each(Object.entries(layers))("%s", (_name, { layer, shape }) => {
    const x = input(shape);
    const variables = [x, ...layer.trainableVariables()];
    const checks = checkGradients(() => weightedSum(layer.call(x)), variables);
    for (const { analytic, numeric } of checks) {
      expect(Math.abs(analytic - numeric)).toBeLessThan(5e-3 * Math.max(1, Math.abs(numeric)));
    }
    expect(checks.some(({ analytic }) => Math.abs(analytic) > 0.05)).toBe(true);
  });

  it.each([
    ["gelu", gelu],
    ["silu", silu],
    ["upsampleNearest", (x: Tensor) => upsampleNearest(x)],
  ])("%s", (_name, f) => {
    const x = input([1, 3, 2, 2]);
    const [check] = checkGradients(() => weightedSum(f(x)), [x]);
    expect(check!.analytic).toBeCloseTo(check!.numeric, 2);
    expect(Math.abs(check!.analytic)).toBeGreaterThan(0.05);
  });

  it("Embedding", () => {
    const embedding = new Embedding({ count: 4, channels: 3, key });
    const indices = tf.tensor([1, 1, 3], [3], "int32");
    const [check] = checkGradients(() => weightedSum(embedding.call(indices)), [embedding.table]);
    expect(check!.analytic).toBeCloseTo(check!.numeric, 2);
    expect(Math.abs(check!.analytic)).toBeGreaterThan(0.05);
  });
});
