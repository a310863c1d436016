import { evaluationBatches, type Split } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { toSignedUnit, toUint8 } from "@fqgan/image";
import { firstRows, psnrs } from "@fqgan/metrics";
import { compile, type HostTensor, hostTensor, type Tensor, tf } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";

/** How near images drawn from changed code vectors are to the originals. */
export interface Redrawn {
  /** Mean dB. */
  readonly psnr: number;
  /** Share of images that the judge puts into the class that it puts the original into. */
  readonly agreement?: number;
}

/** Draws a split from code vectors given for each factor, as often as asked. */
export class Redrawer {
  readonly #program;
  /** What the judge says of each original, made once. */
  #seen: Int32Array | undefined;

  constructor(
    private readonly options: {
      readonly tokenizer: Tokenizer;
      readonly split: Split;
      readonly batchSize: number;
      readonly judge: Extractor | undefined;
    },
  ) {
    const { tokenizer } = options;
    this.#program = compile(
      ({ vectors }: { vectors: Record<string, Tensor> }) => ({
        images: tf.clipByValue(tokenizer.decodeQuantized(vectors), -1, 1),
      }),
      { name: "redraw" },
    );
  }

  /** @param vectors [images, h·w·D] by factor */
  async draw(vectors: Readonly<Record<string, Float32Array>>): Promise<Redrawn> {
    const { tokenizer, split, batchSize } = this.options;
    const [rows, columns] = tokenizer.grid;
    const decibels: number[] = [];
    const before: number[] = [];
    const after: number[] = [];
    for await (const { images, indices, count } of evaluationBatches(split, batchSize)) {
      const batch = Object.entries(vectors).map(([name, data]) => {
        const width = data.length / split.count;
        const own = new Float32Array(batchSize * width);
        indices.forEach((image, row) => {
          own.set(data.subarray(image * width, (image + 1) * width), row * width);
        });
        const depth = width / (rows * columns);
        return [name, hostTensor(own, [batchSize, rows, columns, depth])] as const;
      });
      const drawn = (await this.#program({ vectors: Object.fromEntries(batch) })).images;
      const fake = firstRows(asPixels(drawn), count);
      const real = firstRows(images, count);
      decibels.push(...psnrs({ real, fake }).filter(Number.isFinite));
      if (!this.#seen) before.push(...(await this.#classes(real)));
      after.push(...(await this.#classes(fake)));
    }
    this.#seen ??= Int32Array.from(before);
    const agreeing = after.filter((label, i) => label === this.#seen![i]).length;
    return {
      psnr: decibels.reduce((sum, value) => sum + value, 0) / decibels.length,
      ...(after.length > 0 && { agreement: agreeing / after.length }),
    };
  }

  dispose(): void {
    this.#program.dispose();
  }

  /** The judge's most likely class of each image; none where it does not classify. */
  async #classes(images: HostTensor): Promise<number[]> {
    const { logits } = (await this.options.judge?.extract(images)) ?? {};
    if (!logits) return [];
    const [count, size] = logits.shape as [number, number];
    return Array.from({ length: count }, (_, row) => {
      const scores = Array.from(logits.data.subarray(row * size, (row + 1) * size));
      return scores.indexOf(Math.max(...scores));
    });
  }
}

/** As saved in 8 bits and read back. */
const asPixels = ({ data, shape }: HostTensor): HostTensor =>
  hostTensor(toSignedUnit(toUint8(data as Float32Array)), shape);
