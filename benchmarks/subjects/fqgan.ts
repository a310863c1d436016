/**
 * FQGAN as its package trains and runs it: `fqgan.ts train|encode|decode <config as JSON> <batch>
 * [frozen]`. Frozen weights become part of the compiled program.
 */
import {
  compile,
  createKey,
  fold,
  type HostTensor,
  hostTensor,
  startEngine,
  type Tensor,
  tf,
  uniform,
} from "@fqgan/tensor";
import {
  createTokenizer,
  discriminators,
  type TokenizerConfig,
  TokenizerTrainer,
} from "@fqgan/tokenizer";
import { serve } from "../harness/subject.js";

type Task = "train" | "encode" | "decode";

const [task, json, size, weights] = process.argv.slice(2) as [Task, string, string, string?];
const batch = Number(size);
const config: TokenizerConfig = JSON.parse(json);
const description = await startEngine({
  threads: Number(process.env.OMP_NUM_THREADS),
});
const tokenizer = createTokenizer(config, 0);
const key = createKey(1);
const side = config.image.size;
const pixels = uniform(fold(key, "images"), batch * side * side * 3).map((u) => 2 * u - 1);
const images = hostTensor(pixels, [batch, side, side, 3]);
const frozen = { weights: weights === "frozen" ? "frozen" : "live" } as const;

function train(): () => Promise<unknown> {
  const trainer = new TokenizerTrainer(tokenizer, { key });
  const teachers: Record<string, HostTensor> = {};
  for (const { representation } of Object.values(config.codebooks))
    if (representation) {
      const { teacher, features } = representation;
      const values = uniform(fold(key, teacher), batch * features);
      teachers[teacher] = hostTensor(values, [batch, features]);
    }
  return () => trainer.trainStep({ images, teachers });
}

function encode(): () => Promise<unknown> {
  const program = compile(
    (x: Tensor) => tokenizer.quantize(tokenizer.encodeLatents(x), { training: false }).codes,
    { name: "encode", ...frozen },
  );
  return () => program(images);
}

function decode(): () => Promise<unknown> {
  const program = compile(
    (codes: Readonly<Record<string, Tensor>>) =>
      tf.clipByValue(tokenizer.decodeCodes(codes), -1, 1),
    { name: "decode", ...frozen },
  );
  const codes: Record<string, HostTensor> = {};
  for (const [name, { size, grid }] of Object.entries(tokenizer.codebooks)) {
    const positions = grid[0] * grid[1];
    const drawn = uniform(fold(key, name), batch * positions);
    codes[name] = hostTensor(
      Int32Array.from(drawn, (u) => Math.floor(u * size)),
      [batch, positions],
    );
  }
  return () => program(codes);
}

/** Of the discriminator, which the trainer keeps to itself. */
function discriminatorParameters(): number {
  const { adversarial } = config.losses;
  if (task !== "train" || !adversarial) return 0;
  const { name } = adversarial.discriminator;
  const context = { imageChannels: config.image.channels, imageSize: side, key };
  const judge = discriminators.get(name).create(adversarial.discriminator, context);
  const count = judge.parameterCount();
  judge.dispose();
  return count;
}

await serve({
  description: {
    engine: `${description.name} (${description.lowering} lowering), weights ${frozen.weights}`,
    ...description.versions,
    threads: description.threads,
    parameters: tokenizer.parameterCount() + discriminatorParameters(),
  },
  step: { train, encode, decode }[task](),
});
