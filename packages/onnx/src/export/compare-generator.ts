import { type Generator, Sampler } from "@fqgan/ar-generator";
import { compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import type { OnnxGenerator } from "../generator.js";

/** How far an export is from the generator that it was made of. */
export interface GeneratorComparison {
  readonly images: number;
  /** Largest difference of a logit, given the same codes before it. */
  readonly logits: number;
  /** Codes drawn with the same seed, and how many of them differ from `Sampler`'s. */
  readonly codes: number;
  readonly differing: number;
}

interface Draw {
  readonly classes: readonly number[];
  readonly seed: number;
}

/**
 * Draws the same images twice. A draw on the border between two codes can fall on either side, and all
 * later codes of that image follow it: the logits say how far the files themselves are apart.
 */
export async function compareGenerator(
  generator: Generator,
  exported: OnnxGenerator,
  { classes, seed }: Draw,
): Promise<GeneratorComparison> {
  const sampler = new Sampler(generator, { batch: exported.images });
  const ours = await sampler.generate({ classes, seed }).finally(() => sampler.dispose());
  const plain = { temperature: 1, topK: 0, topP: 1, guidance: { scale: 1 } };
  const theirs = await exported.generate({ ...plain, classes, seed });
  let codes = 0;
  let differing = 0;
  for (const [name, { data }] of Object.entries(ours)) {
    codes += data.length;
    for (const [i, code] of data.entries()) if (theirs[name]![i] !== code) differing += 1;
  }
  const first = classes.slice(0, exported.images);
  const logits = await logitDifference(generator, exported, { classes: first, codes: ours });
  return { images: classes.length, logits, codes, differing };
}

/** Teacher forcing in our engine against position after position of the files. */
async function logitDifference(
  generator: Generator,
  exported: OnnxGenerator,
  given: { readonly classes: readonly number[]; readonly codes: Record<string, HostTensor> },
): Promise<number> {
  const { positions, codebooks, head } = generator;
  const images = given.classes.length;
  const codes = Object.fromEntries(
    codebooks.map((name) => {
      const data = given.codes[name]!.data.slice(0, images * positions) as Int32Array;
      return [name, hostTensor(data, [images, positions])];
    }),
  );
  type Inputs = { labels: HostTensor; codes: Record<string, HostTensor> };
  const program = compile<Inputs, Record<string, Tensor>>(
    ({ labels, codes }) => generator.logits(labels, codes),
    { name: "comparison" },
  );
  const labels = hostTensor(Int32Array.from(given.classes));
  const expected = await program({ labels, codes }).finally(() => program.dispose());
  const decoder = exported.decoder();
  /** The sub-codes of a position in the first rows; the others repeat code 0. */
  const subCodes = (position: number) =>
    Object.fromEntries(
      codebooks.map((name) => {
        const rows = new Int32Array(decoder.rows);
        for (let image = 0; image < images && position >= 0; image++)
          rows[image] = codes[name]!.data[image * positions + position]!;
        return [name, rows];
      }),
    );
  const rowLabels = new Int32Array(decoder.rows).fill(generator.nullClass);
  rowLabels.set(given.classes);
  let worst = 0;
  for (let position = 0; position < positions; position++) {
    const own = subCodes(position);
    const { context, logits } = await decoder.first(position, rowLabels, subCodes(position - 1));
    for (const [stage, names] of head.stages.entries()) {
      const earlier = head.stages.slice(0, stage).flat();
      const drawn = Object.fromEntries(earlier.map((name) => [name, own[name]!]));
      const made = stage === 0 ? logits : await decoder.later(stage, context, drawn);
      for (const name of names) {
        const size = generator.config.vocabularies[name]!;
        for (let image = 0; image < images; image++)
          for (let code = 0; code < size; code++) {
            const at = (image * positions + position) * size + code;
            const difference = expected[name]!.data[at]! - made[name]!.data[image * size + code]!;
            worst = Math.max(worst, Math.abs(difference));
          }
      }
    }
  }
  decoder.dispose();
  return worst;
}
