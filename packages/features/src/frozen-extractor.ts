import { compile, type HostTensor, type Tensor } from "@fqgan/tensor";
import type { Extracted, Extractor, PositionFeatures } from "./extractor.js";
import { inChunks } from "./in-chunks.js";
import {
  checkImages,
  imagesOf,
  type Preparation,
  preparedBatch,
} from "./preprocess/preparation.js";

/** What a network of this package computes for a batch. */
export interface NetworkOutputs {
  readonly features: Tensor;
  readonly logits?: Tensor;
  readonly spatial?: Tensor;
}

/** Prepared images through a program of one batch size. */
export interface BatchProgram {
  /** Images a run: one shape for every batch size, so results do not depend on it either. */
  readonly chunk: number;
  run(images: HostTensor): Promise<Readonly<Record<string, HostTensor>>>;
  dispose(): void;
}

type Identity = Pick<Extractor, "name" | "hash" | "dimensions" | "classes">;

/** What gives features of each part of an image. */
export interface PositionProgram extends Pick<PositionFeatures, "grid" | "dimensions"> {
  /** Its `features` are [B, N, D]. */
  readonly program: BatchProgram;
}

/** An extractor from a program and what comes before it. */
export function extractorOf(
  { name, hash, dimensions, classes }: Identity,
  parts: {
    readonly preparation: Preparation;
    readonly program: BatchProgram;
    readonly positions?: PositionProgram;
  },
): Extractor {
  const { preparation, program, positions } = parts;
  const through =
    ({ chunk, run }: BatchProgram) =>
    async (images: HostTensor): Promise<Extracted> => {
      (preparation.check ?? checkImages)(images);
      const outputs = await inChunks({
        count: images.shape[0]!,
        chunk,
        prepare: (from, rows) =>
          preparedBatch(imagesOf(images, from, rows), { preparation, chunk }),
        run,
      });
      return outputs as unknown as Extracted;
    };
  const featuresOf = (extract: ReturnType<typeof through>) => async (images: HostTensor) =>
    (await extract(images)).features;
  const extract = through(program);
  return {
    name,
    hash,
    dimensions,
    preparation: preparation.description,
    ...(classes && { classes }),
    extract,
    features: featuresOf(extract),
    ...(positions && {
      positions: {
        grid: positions.grid,
        dimensions: positions.dimensions,
        features: featuresOf(through(positions.program)),
      },
    }),
    dispose() {
      positions?.program.dispose();
      program.dispose();
    },
  };
}

/** A network of this package compiled at its first use. */
export function compiledProgram(network: {
  readonly name: string;
  readonly chunk: number;
  readonly weights?: "live" | "frozen";
  call(images: Tensor): NetworkOutputs;
  dispose(): void;
}): BatchProgram {
  const { name, chunk, weights = "live" } = network;
  const run = compile<{ images: HostTensor }, Record<string, Tensor>>(
    ({ images }) => ({ ...network.call(images) }),
    { name, weights },
  );
  return {
    chunk,
    run: (images) => run({ images }),
    dispose() {
      run.dispose();
      network.dispose();
    },
  };
}
