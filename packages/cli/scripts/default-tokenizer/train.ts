/**
 * Trains the tokenizer that ships with the command (packages/tokenizer/models):
 *
 *   packages/cli/scripts/default-tokenizer/fetch-photographs.sh photographs
 *   npx tsx --conditions=@fqgan/source packages/cli/scripts/default-tokenizer/train.ts \
 *     --photographs photographs --work default-tokenizer
 *
 * Three of four images are crops of photographs, the others emoji of the training split. It can be
 * stopped at any time and goes on where it was last saved; `--finish` writes the model as it is then.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "@fqgan/data";
import { loadTeacher } from "@fqgan/features";
import { unpackImages } from "@fqgan/image";
import {
  createKey,
  decodeSafetensors,
  encodeSafetensors,
  fold,
  optim,
  randomInteger,
  startEngine,
} from "@fqgan/tensor";
import { createTokenizer, encodeTokenizer, TokenizerTrainer } from "@fqgan/tokenizer";
import { batchOf, drawCrop, loadPhotographs } from "./crops.js";
import { defaultConfig } from "./model.js";
import { photographs } from "./photographs.js";

const { values: flags } = parseArgs({
  options: {
    photographs: { type: "string", default: "photographs" },
    work: { type: "string", default: "default-tokenizer" },
    steps: { type: "string", default: "2200" },
    batch: { type: "string", default: "12" },
    seed: { type: "string", default: "7" },
    threads: { type: "string", default: "2" },
    out: { type: "string", default: "packages/tokenizer/models/fqgan-dual-64.safetensors" },
    finish: { type: "boolean", default: false },
  },
});
const steps = Number(flags.steps);
const batchSize = Number(flags.batch);
const SIZE = 64;
const EMOJI_SHARE = 4;
const SAVE_EVERY_MS = 60_000;

await startEngine({ threads: Number(flags.threads) });
mkdirSync(flags.work, { recursive: true });
const statePath = join(flags.work, "state.safetensors");
const key = fold(createKey(Number(flags.seed)), "default-tokenizer");
const tokenizer = createTokenizer(defaultConfig, Number(flags.seed));
const peak = 1e-3;
const warmUp = optim.warmupConstant(peak, 100);
/** Constant, then down to a tenth along a cosine in the last third. */
const schedule: optim.Schedule = (step) => {
  const decay = Math.max(0, (step - (2 / 3) * steps) / (steps / 3));
  return warmUp(step) * (0.1 + 0.45 * (1 + Math.cos(Math.PI * Math.min(1, decay))));
};
const trainer = new TokenizerTrainer(tokenizer, {
  key: fold(key, "trainer"),
  schedule,
  ema: 0.995,
});
if (existsSync(statePath))
  trainer.restore(decodeSafetensors(readFileSync(statePath), statePath).tensors, statePath);

function write(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.partial`, bytes);
  renameSync(`${path}.partial`, path);
}

if (!flags.finish) {
  const learned = photographs.filter(({ heldOut }) => !heldOut);
  const scales = await loadPhotographs(flags.photographs, learned);
  const { splits } = await loadDataset({ name: "emoji", size: SIZE });
  const teacher = await loadTeacher();
  const emoji = splits.train;
  console.error(`${learned.length} photographs, ${emoji.count} emoji, from step ${trainer.step}`);

  const drawBatch = async (step: number) => {
    const drawn = fold(key, "batch", step);
    const emojiCount = Math.floor(batchSize / EMOJI_SHARE);
    const chosen = Array.from({ length: emojiCount }, (_, i) =>
      randomInteger(fold(drawn, "emoji", i), emoji.count),
    );
    const crops = Array.from({ length: batchSize - emojiCount }, (_, i) =>
      drawCrop(scales, SIZE, fold(drawn, "crop", i)),
    );
    return batchOf([...unpackImages(await emoji.images(chosen), SIZE), ...crops]);
  };

  let saved = performance.now();
  const started = performance.now();
  const first = trainer.step;
  while (trainer.step < steps) {
    const images = await drawBatch(trainer.step);
    const scalars = await trainer.trainStep({
      images,
      teachers: { builtin: await teacher.features(images) },
    });
    const { step } = trainer;
    if (step % 50 === 0) {
      const seconds = (performance.now() - started) / 1000;
      const { loss, psnr, "loss.reconstruction": reconstruction } = scalars;
      console.error(
        `${step} loss ${loss!.toFixed(4)} reconstruction ${reconstruction!.toFixed(4)} ` +
          `PSNR ${psnr!.toFixed(2)} ${((batchSize * (step - first)) / seconds).toFixed(1)} img/s`,
      );
    }
    if (performance.now() - saved > SAVE_EVERY_MS || step === steps) {
      const tensors = await trainer.state();
      write(statePath, encodeSafetensors({ tensors, metadata: {} }));
      saved = performance.now();
    }
  }
}

/** Half precision halves the file, and costs nothing that can be seen. */
const bytes = await encodeTokenizer(tokenizer, await trainer.averagedWeights(), { floats: "F16" });
write(flags.out, bytes);
console.error(`${flags.out}: step ${trainer.step}, ${(bytes.length / 1e6).toFixed(2)} MB`);
process.exit(0);
