/** Losses and gradients of a quantizer without a codebook: `codebook-free.ts <strategy> <problem as JSON>`. */
import { createQuantizer, quantizers, straightThrough } from "@fqgan/quantizer";
import {
  compile,
  createKey,
  hostTensor,
  normal,
  type Scalar,
  startEngine,
  type Tensor,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { serve } from "../harness/subject.js";

const [name, json] = process.argv.slice(2) as [string, string];
const { count, bits } = JSON.parse(json) as { count: number; bits: number };
const description = await startEngine({ threads: Number(process.env.OMP_NUM_THREADS) });
const options = quantizers.get(name).ofBits!(bits, 0);
const quantizer = createQuantizer({ name, ...options }, createKey(0));
const { dimensions } = quantizer;
const z = hostTensor(normal(createKey(1), count * dimensions), [count, dimensions]);

const step = compile(({ z }: { z: Tensor }) => {
  const loss = (latents: Tensor): Scalar => {
    const quantized = quantizer.quantize(latents as Tensor2D, { training: true });
    const seen = tf.mean(tf.square(straightThrough(quantized)));
    return tf.addN([seen, ...Object.values(quantized.losses)]) as Scalar;
  };
  return { gradient: tf.grad(loss)(z) };
});

await serve({
  description: {
    engine: description.name,
    codes: quantizer.size,
    dimensions,
    threads: description.threads,
  },
  step: () => step({ z }),
});
