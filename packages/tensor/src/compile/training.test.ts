import { afterEach, expect, it } from "vitest";
import { type EngineName, startEngine } from "../engine.js";
import { type HostTensor, hostTensor } from "../host-tensor.js";
import * as nn from "../nn/index.js";
import { Adam, clipByGlobalNorm, lossGradients } from "../optim/index.js";
import { createKey, fold, type Key, normal, uniform } from "../random.js";
import { type Tensor, tf } from "../tf.js";
import { compile } from "./compile.js";

afterEach(() => tf.disposeVariables());

const CODES = 16;
const DEPTH = 4;

/** A small VQ autoencoder with all that the real ones have: strides, norms, attention, codes. */
class Autoencoder extends nn.Module {
  readonly convIn: nn.Conv2d;
  readonly norm: nn.GroupNorm;
  readonly down: nn.Conv2d;
  readonly attention: nn.SelfAttention;
  readonly project: nn.Conv2d;
  readonly codebook;
  readonly expand: nn.Conv2d;
  readonly up: nn.Conv2d;
  readonly convOut: nn.Conv2d;

  constructor(key: Key, width = 8) {
    super();
    const conv = (name: string, inputs: number, outputs: number, options: object = {}) =>
      new nn.Conv2d({ inputs, outputs, kernel: 3, key: fold(key, name), ...options });
    const padding = { top: 0, left: 0, bottom: 1, right: 1 };
    this.convIn = conv("in", 3, width);
    this.norm = new nn.GroupNorm({ channels: width, groups: 2 });
    this.down = conv("down", width, 2 * width, { stride: 2, padding });
    this.attention = new nn.SelfAttention({ channels: 2 * width, heads: 2, key: fold(key, "att") });
    this.project = conv("project", 2 * width, DEPTH, { kernel: 1 });
    this.codebook = nn.parameter(normal(fold(key, "codes"), CODES * DEPTH), [CODES, DEPTH]);
    this.expand = conv("expand", DEPTH, 2 * width);
    this.up = conv("up", 2 * width, width);
    this.convOut = conv("out", width, 3);
  }

  losses(images: Tensor) {
    const first = this.convIn.call(images);
    const small = this.down.call(nn.silu(this.norm.call(first)));
    const [batch, height, width, channels] = small.shape as [number, number, number, number];
    const rows = tf.reshape(small, [batch, height * width, channels]);
    const mixed = tf.reshape(tf.add(rows, this.attention.call(rows)), small.shape);
    const latents = this.project.call(mixed);
    const flat = tf.reshape(latents, [-1, DEPTH]); // [B·H·W, DEPTH]
    const distances = tf.sub(
      tf.sum(tf.square(this.codebook), 1),
      tf.mul(2, tf.matMul(flat, this.codebook as unknown as Tensor, false, true)),
    );
    const codes = tf.gather(this.codebook, tf.argMin(distances, 1) as tf.Tensor1D);
    const commitment = tf.mean(tf.squaredDifference(codes, flat));
    const straight = tf.customGrad((_x, q) => ({
      value: tf.clone(q as Tensor),
      gradFunc: (dy: Tensor) => [tf.clone(dy), tf.zerosLike(q as Tensor)],
    }))(flat, codes);
    const quantized = tf.reshape(straight, latents.shape);
    const wide = nn.upsampleNearest(nn.silu(this.expand.call(quantized)));
    const output = this.convOut.call(nn.silu(this.up.call(wide)));
    const reconstruction = tf.mean(tf.squaredDifference(output, images));
    return { loss: tf.add(reconstruction, tf.mul(commitment, 0.25)), reconstruction, commitment };
  }
}

async function train(engine: EngineName, steps: number) {
  await startEngine({ engine });
  const key = createKey(3);
  const model = new Autoencoder(key);
  const adam = new Adam(model.namedVariables(), { learningRate: 2e-3 });
  const step = compile((inputs: unknown) => {
    const { images } = inputs as { images: Tensor };
    const { losses, grads } = lossGradients(() => model.losses(images), model.trainableVariables());
    const { grads: clipped, norm } = clipByGlobalNorm(grads, 1);
    adam.apply(clipped);
    return { ...losses, norm };
  });
  const history: Record<string, number>[] = [];
  for (let i = 0; i < steps; i++) {
    const values = uniform(fold(key, "batch", i), 3 * 8 * 8 * 3).map((value) => 2 * value - 1);
    const result = await step({ images: hostTensor(values, [3, 8, 8, 3]) } as never);
    adam.advance();
    const scalars = Object.entries(result as Record<string, HostTensor>);
    history.push(Object.fromEntries(scalars.map(([name, { data }]) => [name, data[0]!])));
  }
  step.dispose();
  return history;
}

/** Trained once for all engines. */
let eagerly: Promise<Record<string, number>[]> | undefined;

it.each<EngineName>(["onnx-plain", "onnx"])("trains on %s as it does eagerly", async (engine) => {
  eagerly ??= train("cpu", 20);
  const eager = await eagerly;
  const compiled = await train(engine, 20);
  for (const [step, expected] of eager.entries())
    for (const [name, value] of Object.entries(expected)) {
      const limit = step < 5 ? 1e-4 : 1e-3;
      const apart = Math.abs(compiled[step]![name]! - value);
      expect(apart / Math.max(1, Math.abs(value)), `${name} at step ${step}`).toBeLessThan(limit);
    }
  expect(eager.at(-1)!.loss).toBeLessThan(eager[0]!.loss!);
});
