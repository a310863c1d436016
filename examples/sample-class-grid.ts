/**
 * Draws pictures of every class with a trained generator, a class a row. It takes the newest generator in
 * `runs`, or the one you name; `npm run ablation -- --quick` trains some in minutes.
 *
 *     npx tsx --conditions=@fqgan/source examples/sample-class-grid.ts runs grid.png
 *     npx tsx --conditions=@fqgan/source examples/sample-class-grid.ts runs grid.png ablation-quick/factorized
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadGenerator, Sampler } from "@fqgan/ar-generator";
import { findRun, loadRunTokenizer, readCodesHeader } from "@fqgan/experiment";
import { contactSheet, encodePng, type Image, inRows, toUint8, unpackImages } from "@fqgan/image";

const [runs = "runs", out = "grid.png", reference] = process.argv.slice(2);
const columns = 8;

// A generator's run says whose codes it learned, and those which tokenizer wrote them.
const run = findRun(runs, "generator", reference);
const file = join(run.folder, "checkpoints/model.safetensors");
const { generator } = await loadGenerator(file);
const inputs = run.config.inputs;
const tokenizer = await loadRunTokenizer(join(run.folder, "..", inputs.tokenizer!));
const { classes } = readCodesHeader(join(run.folder, "..", inputs.codes!));

const sampler = new Sampler(generator, { batch: columns, weights: "frozen" });
const pictures: Image[] = [];
for (const label of classes.keys()) {
  const codes = await sampler.generate({
    classes: new Array<number>(columns).fill(label),
    seed: label,
    guidance: { scale: 2 },
  });
  const { data, shape } = await tokenizer.decode(codes); // [columns, S, S, 3] in [-1, 1]
  pictures.push(...unpackImages(toUint8(data as Float32Array), shape[1]!));
}

const sheet = contactSheet(inRows(pictures, columns), { scale: 3 });
writeFileSync(out, await encodePng(sheet));
console.log(`${out}: ${classes.join(", ")}`);
