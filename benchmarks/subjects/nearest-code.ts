/** Nearest codes on one of this project's engines: `nearest-code.ts <engine> <problem as JSON>`. */
import { nearestCodes } from "@fqgan/quantizer";
import {
  compile,
  createKey,
  type EngineName,
  fold,
  hostTensor,
  startEngine,
  type Tensor,
  type Tensor2D,
  uniform,
} from "@fqgan/tensor";
import { serve } from "../harness/subject.js";

const [engine, json] = process.argv.slice(2) as [EngineName, string];
const { count, size, dimensions } = JSON.parse(json) as Record<string, number>;
const description = await startEngine({ engine, threads: Number(process.env.OMP_NUM_THREADS) });

const vectors = (name: string, rows: number) => {
  const values = uniform(fold(createKey(0), name), rows * dimensions!);
  return hostTensor(
    values.map((value) => 2 * value - 1),
    [rows, dimensions!],
  );
};
const inputs = { latents: vectors("latents", count!), codebook: vectors("codebook", size!) };
const search = compile(({ latents, codebook }: { latents: Tensor; codebook: Tensor }) =>
  nearestCodes({ latents: latents as Tensor2D, codebook: codebook as Tensor2D }),
);

await serve({
  description: {
    engine: description.name,
    ...description.versions,
    threads: description.threads,
  },
  step: () => search(inputs),
});
