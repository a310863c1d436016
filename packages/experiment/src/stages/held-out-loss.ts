import type { CodeBatch, ImageLosses } from "@fqgan/ar-generator";
import type { Gathering } from "@fqgan/metrics";
import { type KeepOptions, KeptPass } from "../store/kept-pass.js";
import { type CodesSplit, codesBatch } from "./codes-file.js";

/** How well a generator knows the codes of many images, without dropout. */
export interface HeldOutLoss {
  /** Mean negative log-likelihood in nats a sub-code: `loss` and `loss.<codebook>`. */
  readonly means: Record<string, number>;
  /** Nats a sub-code of each image, by codebook. */
  readonly ofImages: ImageLosses;
  /** To be called once the numbers are of no more use: the same measurement would find them until then. */
  forget(): void;
}

/** @param options.rows which images of the split; all of them unless told */
export async function heldOutLoss(
  model: { imageLosses(batch: CodeBatch): Promise<ImageLosses> },
  split: CodesSplit,
  options: {
    readonly batchSize: number;
    readonly rows?: readonly number[];
    readonly onImages?: (done: number, total: number) => void;
    /**
     * Goes on where the same measurement was stopped; left out: begins anew and keeps nothing.
     * `what` tells the model and the images from others in the same folder.
     */
    readonly keep?: KeepOptions & { readonly what: unknown };
  },
): Promise<HeldOutLoss> {
  const { batchSize, onImages } = options;
  const { rows = Array.from({ length: split.labels.shape[0]! }, (_, row) => row) } = options;
  const { what, ...keep } = options.keep ?? {};
  const ofImages: ImageLosses = {};
  const kept = await KeptPass.open(
    options.keep && ["held-out loss", what, batchSize],
    gatheringOf(ofImages, rows.length),
    options.keep && keep,
  );
  const { read } = kept.position;
  while (read.real < rows.length) {
    const start = read.real;
    const count = Math.min(batchSize, rows.length - start);
    // Batches have one shape: the last is filled with copies of its first image.
    const batch = Array.from({ length: batchSize }, (_, i) => rows[start + (i < count ? i : 0)]!);
    const losses = await model.imageLosses(codesBatch(split, batch));
    for (const [name, values] of Object.entries(losses)) {
      ofImages[name] ??= new Float64Array(rows.length);
      ofImages[name].set(values.subarray(0, count), start);
    }
    read.real += count;
    kept.offer();
    onImages?.(read.real, rows.length);
  }
  kept.finish();
  const parts = Object.entries(ofImages).map(([name, values]) => [`loss.${name}`, mean(values)]);
  const means: Record<string, number> = Object.fromEntries(parts);
  const loss = mean(Object.values(means));
  return { means: { loss, ...means }, ofImages, forget: () => kept.forget() };
}

/** Losses by codebook as what a pass gathers; images that are still to come have 0. */
const gatheringOf = (ofImages: ImageLosses, images: number): Gathering => ({
  merge(state) {
    for (const [name, { data }] of Object.entries(state)) {
      ofImages[name] ??= new Float64Array(images);
      const own = ofImages[name];
      for (let image = 0; image < images; image++) own[image]! += Number(data[image]);
    }
  },
  state: () =>
    Object.fromEntries(
      Object.entries(ofImages).map(([name, data]) => [name, { shape: [images], data }]),
    ),
});

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
