import {
  compile,
  createKey,
  decodeSafetensors,
  encodeSafetensors,
  fold,
  type HostTensor,
  hostTensor,
  nn,
  optim,
  readVariables,
  type Tensor,
  tf,
  uniform,
  writeVariables,
} from "@fqgan/tensor";

const key = createKey(0); // the only source of randomness

/** A circle in the plane: [B, 2] → [B, 1]. */
class Model extends nn.Module {
  readonly hidden = new nn.Linear({ inputs: 2, outputs: 32, key: fold(key, "hidden") });
  readonly output = new nn.Linear({ inputs: 32, outputs: 1, key: fold(key, "output") });

  call(x: Tensor): Tensor {
    return this.output.call(nn.silu(this.hidden.call(x)));
  }
}

const model = new Model();
const variables = model.namedVariables(); // hidden.kernel, hidden.bias, output.kernel, output.bias
const adam = new optim.Adam(variables, { learningRate: optim.warmupCosine(0.02, 20, 300) });

// an ordinary tfjs program, traced into one ONNX graph at its first run
const step = compile<{ x: HostTensor; y: HostTensor }, { loss: Tensor }>(({ x, y }) => {
  const { value, grads } = tf.variableGrads(
    () => tf.mean(tf.squaredDifference(model.call(x), y)) as tf.Scalar,
    adam.variables,
  );
  adam.apply(optim.clipByGlobalNorm(grads, 1).grads);
  return { loss: value };
});

export const losses: number[] = [];
for (let i = 0; i < 300; i++) {
  const points = uniform(fold(key, "batch", i), 64).map((u) => 2 * u - 1);
  const inside = Float32Array.from({ length: 32 }, (_, j) =>
    Math.hypot(points[2 * j]!, points[2 * j + 1]!) < 0.7 ? 1 : -1,
  );
  const { loss } = await step({ x: hostTensor(points, [32, 2]), y: hostTensor(inside, [32, 1]) });
  adam.advance();
  losses.push(loss.data[0]!);
}

// weights go out and come back by name
const file = encodeSafetensors({ tensors: await readVariables(variables), metadata: {} });
writeVariables(
  variables,
  decodeSafetensors(file, "circle.safetensors").tensors,
  "circle.safetensors",
);
