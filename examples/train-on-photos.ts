/**
 * Trains a small FQGAN with two codebooks on a folder of your own pictures, then shows pictures that it
 * has not seen beside what their codes keep of them. On two cores 2,000 steps take some minutes.
 *
 *     npx tsx --conditions=@fqgan/source examples/train-on-photos.ts ~/photos my-tokenizer 2000
 */
import { writeFileSync } from "node:fs";
import { createLoader, evaluationBatches, loadDataset } from "@fqgan/data";
import { loadTeacher } from "@fqgan/features";
import { contactSheet, encodePng, toUint8, unpackImages } from "@fqgan/image";
import { createKey, fold } from "@fqgan/tensor";
import {
  createTokenizer,
  saveTokenizer,
  TokenizerTrainer,
  tokenizerPresetConfig,
} from "@fqgan/tokenizer";

const [folder = "photos", out = "my-tokenizer", steps = "2000"] = process.argv.slice(2);
const key = createKey(0); // the only source of randomness
const size = 32;

const photos = await loadDataset({ name: "folder", path: folder, size });
console.log(photos.description);
const loader = createLoader(photos.splits.train, {
  batchSize: 16,
  key: fold(key, "order"),
  augmentation: { crop: 1.25, flip: true },
});

// The codes of `semantic` learn to predict what a small frozen network says about a picture.
const teacher = await loadTeacher({ name: "builtin" });
const config = tokenizerPresetConfig("fqgan-dual-mini", { image: { size } });
const tokenizer = createTokenizer(config, 0);
const trainer = new TokenizerTrainer(tokenizer, { key: fold(key, "train"), learningRate: 1e-3 });
for (let step = 0; step < Number(steps); step++) {
  const { images } = await loader.batch(step);
  const teachers = { builtin: await teacher.features(images) };
  const { loss, psnr } = await trainer.trainStep({ images, teachers });
  if (step % 50 === 0)
    console.log(`step ${step}: loss ${loss!.toFixed(3)}, ${psnr!.toFixed(1)} dB`);
}
await saveTokenizer(`${out}.safetensors`, tokenizer);

// Above the pictures, below what their codes say.
const { test, train } = photos.splits;
for await (const batch of evaluationBatches(test.count > 0 ? test : train, 8, 8)) {
  const { data } = await tokenizer.reconstruct(batch.images); // [8, S, S, 3] in [-1, 1]
  const rows = [batch.pixels, toUint8(data as Float32Array)].map((pixels) =>
    unpackImages(pixels, size).slice(0, batch.count),
  );
  writeFileSync(`${out}.png`, await encodePng(contactSheet(rows, { scale: 3 })));
}
await photos.close();
console.log(`${out}.safetensors, ${out}.png`);
