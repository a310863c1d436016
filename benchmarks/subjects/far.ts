/**
 * FAR-Base (arXiv 2411.16681) decoding with guidance, on our side. A step draws the next positions of an
 * image, and begins another where one is complete.
 * Arguments: precision, images at once, positions a step, layers of the trunk.
 */
import { createGenerator, type DrawnPosition, presetConfig, Sampler } from "@fqgan/ar-generator";
import { type PrecisionName, startEngine, tf } from "@fqgan/tensor";
import { threads } from "../harness/alternate.js";
import { serve } from "../harness/subject.js";

const [precision, images, positions, layers] = process.argv.slice(2) as [
  PrecisionName,
  string,
  string,
  string,
];
const batch = Number(images);
const engine = await startEngine({ threads });
const generator = createGenerator({ ...presetConfig("far-base"), layers: Number(layers) } as never);
// Any weights will do, but zeros could be folded away, and normal ones take a minute to make.
for (const variable of generator.trainableVariables()) {
  const noise = new Float32Array(variable.size);
  for (let i = 0; i < noise.length; i++) noise[i] = Math.imul(i + 1, 0x9e3779b1) / 2 ** 36;
  variable.assign(tf.tensor(noise, variable.shape) as never);
}
const parameters = generator.parameterCount();
const sampler = new Sampler(generator, { batch, weights: "frozen", precision });
const options = {
  classes: Array.from({ length: batch }, (_, i) => i),
  seed: 0,
  temperature: 0,
  guidance: { scale: 2 },
};

let stream: AsyncGenerator<DrawnPosition> | undefined;
async function nextPosition(): Promise<void> {
  stream ??= sampler.stream(options);
  if (!(await stream.next()).done) return;
  stream = undefined;
  await nextPosition();
}
// Compiles; what follows is decoding alone.
await nextPosition();

await serve({
  description: {
    engine: `${engine.name} ${Object.values(engine.versions).at(-1)}`,
    weights: precision,
    threads,
    parameters,
    rows: 2 * batch,
    positions: Number(positions),
  },
  async step() {
    for (let i = 0; i < Number(positions); i++) await nextPosition();
  },
});
