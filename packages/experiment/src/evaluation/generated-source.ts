import { evaluationBatches, loadDataset } from "@fqgan/data";
import { unpackImages } from "@fqgan/image";
import {
  type FinishedGenerator,
  generatorData,
  openGenerator,
  readGeneratorRun,
} from "../stages/finished-generator.js";
import { proportionalLabels } from "../stages/judge-samples.js";
import { Samples, toPictures } from "../stages/samples.js";
import type { FoundRun } from "../store/find-run.js";
import type { ImageSource } from "./image-source.js";

/** Images a batch of a data set. */
const BATCH = 32;

/** How many images a generator draws, and of which classes. */
export interface Drawing {
  /** Default: as many as its run drew to be judged. */
  readonly count?: number | undefined;
  /** Default: the run's own. */
  readonly seed?: number | undefined;
  /** Classes as often as in its run's real images, or all as often; the former needs its data. */
  readonly classes: "as-in-data" | "equal";
}

/** Images that a finished generator draws as its run samples them. */
export async function openGenerated(run: FoundRun, drawing: Drawing): Promise<ImageSource> {
  const finished = await openGenerator(run);
  const { config, classes, generator, tokenizer, tokenizerHash } = finished;
  const { count = config.sample.images, seed = run.config.seed } = drawing;
  const labels = await labelsOf(finished, { count, classes: drawing.classes });
  return {
    name: `${run.config.label} (${run.config.id})`,
    count,
    kinds: { drawn: count },
    fingerprint: `seed ${seed}`,
    identity: { run: run.config.id, count, seed, classes: drawing.classes },
    async *items(from = 0) {
      const samples = await Samples.open(
        { config, seed },
        {
          generator,
          tokenizer,
          codes: { classes, tokenizerHash },
          decoding: { weights: "frozen", precision: config.sample.precision },
          run: run.folder,
        },
      );
      try {
        const batches = samples.batches(labels, { from });
        for await (const { images, first, count: drawn } of batches)
          for (const [i, image] of toPictures(images, drawn).entries())
            if (first + i >= from) yield { name: `sample ${first + i}`, image };
        samples.forget();
      } finally {
        samples.dispose();
        generator.dispose();
      }
    },
  };
}

async function labelsOf(
  finished: FinishedGenerator,
  { count, classes }: { readonly count: number } & Pick<Drawing, "classes">,
): Promise<ArrayLike<number>> {
  if (classes === "equal")
    return Array.from({ length: count }, (_, i) => i % finished.classes.length);
  const dataset = await loadDataset(generatorData(finished, "drawing classes as in its data"));
  const labels = proportionalLabels(dataset.splits[finished.config.evaluate.reference], count);
  await dataset.close();
  return labels;
}

/** The real images that a generator run's samples are compared with, to be read once. */
export async function openReference(
  run: FoundRun,
  { limit }: { readonly limit?: number | undefined } = {},
): Promise<ImageSource> {
  const facts = readGeneratorRun(run);
  const data = generatorData(facts, "a comparison with its own images");
  const dataset = await loadDataset(data);
  const split = dataset.splits[facts.config.evaluate.reference];
  const count = Math.min(split.count, limit ?? split.count);
  return {
    name: `${dataset.name}, ${split.name}`,
    count,
    kinds: { pixels: count },
    fingerprint: JSON.stringify(data),
    identity: { data, split: split.name, count },
    async *items(from = 0) {
      try {
        let index = 0;
        for await (const { pixels, count: some } of evaluationBatches(split, BATCH, count))
          for (const image of unpackImages(pixels, split.size).slice(0, some)) {
            if (index >= from) yield { name: split.ids[index]!, image };
            index++;
          }
      } finally {
        await dataset.close();
      }
    },
  };
}
