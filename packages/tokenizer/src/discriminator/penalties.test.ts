import {
  compile,
  createKey,
  nn,
  type Scalar,
  startEngine,
  type Tensor,
  tf,
  toTensor,
} from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { tinyImages } from "../testing/tiny.js";
import { PatchDiscriminator } from "./patch.js";
import { penalties } from "./penalties.js";

const value = (x: Tensor) => x.dataSync()[0]!;
const create = (name: string, options: object) => {
  const { strategy, config } = penalties.parse({ name, ...options });
  return strategy.create(config);
};

beforeAll(() => startEngine({ engine: "cpu" }));

describe("LeCam", () => {
  it("compares logits with the running mean of the other side's", () => {
    const penalty = create("lecam", { weight: 2, decay: 0.5 });
    const judged = { images: tf.zeros([1]), real: tf.tensor1d([3, 1]), fake: tf.tensor1d([-1]) };
    // means of 2 and -1 pull the running ones from 0 to 1 and -0.5
    const expected = 2 * ((3.5 ** 2 + 1.5 ** 2) / 2 + 2 ** 2);
    expect(value(penalty.call(judged))).toBeCloseTo(expected, 5);
    expect([...penalty.namedVariables().keys()]).toEqual(["real", "fake"]);
  });
});

describe("R1", () => {
  const images = tf.tensor4d([0.5, -1, 2, 0.3], [2, 1, 2, 1]);
  const w = nn.parameter(Float32Array.of(0.7), []);
  const penalty = create("r1", { weight: 4 });
  /** Logits w·x²: slopes 2·w·x. */
  const logits = (x: Tensor) => tf.mul(w, tf.square(x));
  const loss = () => penalty.call({ images, real: logits(images), fake: images }) as Scalar;
  const sum = [0.5, -1, 2, 0.3].reduce((total, x) => total + x * x, 0);

  it("is weight/2 · the mean over images of the squared slope, with an exact gradient", () => {
    const { value: penalised, grads } = tf.variableGrads(loss, [w]);
    expect(value(penalised)).toBeCloseTo((2 * 4 * 0.7 ** 2 * sum) / 2, 5);
    expect(value(grads[w.name]!)).toBeCloseTo((2 * 4 * 2 * 0.7 * sum) / 2, 4);
  });

  it("has the exact gradient through batch normalisation, compiled too", async () => {
    const judge = new PatchDiscriminator(
      { channels: 4, layers: 1 },
      { imageChannels: 3, key: createKey(1) },
    );
    const kernel = judge.stages[1]!.conv.kernel;
    const loss = (x: Tensor) => {
      const real = judge.call(x, { training: true });
      return penalty.call({ images: x, real, fake: real });
    };
    const gradient = ({ x }: { x: Tensor }) => {
      const { grads } = tf.variableGrads(() => loss(x), [kernel]);
      return { of: grads[kernel.name]! };
    };
    const eager = await compile(gradient)({ x: tinyImages(2) });
    await startEngine({ engine: "auto" });
    const compiled = await compile(gradient)({ x: tinyImages(2) });
    await startEngine({ engine: "cpu" });
    for (const [i, expected] of eager.of.data.entries())
      expect(compiled.of.data[i]).toBeCloseTo(expected, 4);

    // along itself the penalty rises by its length
    const direction = eager.of.data as Float32Array;
    const length = Math.hypot(...direction);
    const start = kernel.dataSync<"float32">().slice();
    const x = toTensor(tinyImages(2));
    const at = (step: number) => {
      const moved = start.map((k, i) => k + (step * direction[i]!) / length);
      kernel.assign(tf.tensor(moved, kernel.shape) as never);
      // a penalty needs a function whose gradients are taken around it
      return value(tf.variableGrads(() => loss(x), [kernel]).value);
    };
    expect((at(3e-3) - at(-3e-3)) / 6e-3 / length).toBeCloseTo(1, 2);
  });
});
