import { evaluationBatches, type Split } from "@fqgan/data";
import { compile, type HostTensor, type Tensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import type { Rows } from "./ridge.js";

/** A factor's code vectors, [images, h·w·D]. */
export interface FactorVectors extends Rows {
  readonly data: Float32Array;
  /** D. */
  readonly dimensions: number;
}

/** A split as a tokenizer writes it, and what is asked of it. */
export interface FactorCodes {
  /** Code vectors of all positions of each image, [images, h·w·D] by factor. */
  readonly vectors: Readonly<Record<string, FactorVectors>>;
  /** [images, positions] by codebook. */
  readonly codes: Readonly<Record<string, Int32Array>>;
  readonly labels: Int32Array;
  /** Mean red, green and blue inside each subject's outline, in [-1, 1]: [images, 3]. */
  readonly colours: Rows;
}

/** Encodes a split with code vectors; a tokenizer's own `encode` gives indices only. */
export async function factorCodes(
  tokenizer: Tokenizer,
  split: Split,
  batchSize: number,
): Promise<FactorCodes> {
  const program = compile(
    ({ images }: { images: Tensor }) => {
      const { codes, quantized } = tokenizer.quantize(tokenizer.encodeLatents(images), {
        training: false,
      });
      return { codes: { ...codes }, vectors: { ...quantized } };
    },
    { name: "factor codes" },
  );
  const vectors: Record<string, Float32Array> = {};
  const dimensions: Record<string, number> = {};
  const codes: Record<string, Int32Array> = {};
  const colours = new Float64Array(3 * split.count);
  let done = 0;
  for await (const { images, masks, count } of evaluationBatches(split, batchSize)) {
    const made = await program({ images });
    for (const [name, { data, shape }] of Object.entries(made.vectors)) {
      const width = data.length / batchSize;
      dimensions[name] = shape.at(-1)!;
      vectors[name] ??= new Float32Array(split.count * width);
      vectors[name].set(data.subarray(0, count * width) as Float32Array, done * width);
    }
    for (const [name, { data }] of Object.entries(made.codes)) {
      const width = data.length / batchSize;
      codes[name] ??= new Int32Array(split.count * width);
      codes[name].set(data.subarray(0, count * width) as Int32Array, done * width);
    }
    for (let row = 0; row < count; row++)
      colours.set(meanColour(images, masks, row), 3 * (done + row));
    done += count;
  }
  program.dispose();
  const rowsOf = ([name, data]: readonly [string, Float32Array]) => {
    const columns = data.length / split.count;
    return [name, { count: split.count, columns, data, dimensions: dimensions[name]! }] as const;
  };
  return {
    vectors: Object.fromEntries(Object.entries(vectors).map(rowsOf)),
    codes,
    labels: split.labels,
    colours: { count: split.count, columns: 3, data: colours },
  };
}

/** Of the whole image where it has no outline. */
function meanColour(images: HostTensor, masks: HostTensor | undefined, row: number): number[] {
  const pixels = images.shape[1]! * images.shape[2]!;
  const sums = [0, 0, 0];
  let weight = 0;
  for (let pixel = row * pixels; pixel < (row + 1) * pixels; pixel++) {
    const own = masks ? masks.data[pixel]! : 1;
    weight += own;
    for (let c = 0; c < 3; c++) sums[c]! += own * images.data[3 * pixel + c]!;
  }
  return sums.map((sum) => (weight === 0 ? 1 : sum / weight));
}
