/**
 * The benchmarks' VQGAN on one of this project's engines:
 * `vqgan.ts train|reconstruct <engine> <sizes as JSON>`.
 */
import {
  compile,
  createKey,
  type EngineName,
  type HostTensor,
  hostTensor,
  optim,
  startEngine,
  tf,
  uniform,
} from "@fqgan/tensor";
import { serve } from "../harness/subject.js";
import { Vqgan, type VqganOptions } from "../models/vqgan.js";

type Inputs = { readonly images: HostTensor };
type Sizes = VqganOptions & { readonly batch: number; readonly side: number };

const [task, engine, json] = process.argv.slice(2) as ["train" | "reconstruct", EngineName, string];
const { batch, side, ...options }: Sizes = JSON.parse(json);
const description = await startEngine({ engine, threads: Number(process.env.OMP_NUM_THREADS) });
const model = new Vqgan(options, createKey(0));
const pixels = uniform(createKey(1), batch * side * side * 3).map((value) => 2 * value - 1);
const images = hostTensor(pixels, [batch, side, side, 3]);

function trainer() {
  const adam = new optim.Adam(model.namedVariables(), { learningRate: 1e-4 });
  const variables = model.trainableVariables();
  const step = compile<Inputs, { loss: tf.Tensor }>(
    (fed) => {
      const { value, grads } = tf.variableGrads(() => model.loss(fed.images), variables);
      adam.apply(grads);
      return { loss: value as tf.Tensor };
    },
    { name: "train VQGAN" },
  );
  return async () => {
    await step({ images });
    adam.advance();
  };
}

function reconstructor() {
  const reconstruct = compile<Inputs, tf.Tensor>(
    (fed) => model.reconstruct(fed.images).reconstruction,
    { name: "reconstruct VQGAN", weights: "frozen" },
  );
  return (): Promise<HostTensor> => reconstruct({ images });
}

await serve({
  description: {
    engine: `${description.name} (${description.lowering} lowering)`,
    ...description.versions,
    threads: description.threads,
    parameters: model.parameterCount(),
  },
  step: task === "train" ? trainer() : reconstructor(),
});
