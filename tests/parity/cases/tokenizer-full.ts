import { disentanglementLoss } from "@fqgan/quantizer";
import {
  createKey,
  type HostTensor,
  hostTensor,
  nn,
  type Tensor,
  type Tensor2D,
  tf,
  writeVariables,
} from "@fqgan/tensor";
import {
  fqganNames,
  fqganShapes,
  fromTorch,
  parseTokenizerConfig,
  Tokenizer,
  tokenizerPresetConfig,
} from "@fqgan/tokenizer";
import { compareScalars, compareTensors } from "../compare.js";
import { filledWeight, hashUniform } from "../fill.js";
import { type CaseKind, type Check, readTensors } from "../parity-case.js";
import { runProgram } from "../run-program.js";
import { channelsLast, suffixes } from "../tokenizers/golden.js";

interface FullMeta {
  readonly disentangle_loss: number;
  readonly rec: { readonly l2: number };
  readonly decode_fixed: { readonly l2: number };
}

/** Gaps between the two nearest codes below which float32 may choose either. */
const UNCLEAR_MARGIN = 2e-5;
/** FQGAN's weight of the disentanglement loss, which the recorded loss has inside. */
const DISENTANGLEMENT = 0.1;

/** The released models at their real size, weights made by a rule: one image there and back. */
export const tokenizerFull: CaseKind = {
  kinds: ["tokenizer-full"],
  engines: ["compiled"],
  async check({ id, file, meta }, engine) {
    const golden = meta as unknown as FullMeta;
    const tensors = readTensors(file.replace(/\.json$/, ".safetensors"));
    const tokenizer = filledTokenizer(id);
    const images = input(tokenizer.config.image.size);
    const found = await runProgram({
      engine,
      inputs: { images, codes: fixedCodes(tokenizer) },
      program: (fed: { images: Tensor; codes: Readonly<Record<string, Tensor>> }) => {
        const latents = tokenizer.encodeLatents(fed.images);
        const { codes, quantized } = tokenizer.quantize(latents, { training: false });
        const rows = Object.entries(quantized).map(([name, map]) => [
          name,
          tf.reshape(map, [-1, map.shape[3]!]) as Tensor2D,
        ]);
        return {
          latents,
          codes,
          features: tokenizer.predictFeatures(quantized),
          reconstruction: tokenizer.decodeQuantized(quantized),
          decoded: tokenizer.decodeCodes(fed.codes),
          disentanglement: disentanglementLoss(Object.fromEntries(rows), DISENTANGLEMENT),
        };
      },
    });
    const same = (name: string, actual: HostTensor) =>
      compareTensors({ name, actual, expected: tensors[name]! });
    const scalar = (name: string, actual: number, expected: number) =>
      compareScalars({ name, actual, expected, tolerance: 1e-4 });
    const checks: Check[] = [
      compareTensors({
        name: "input",
        actual: crop(images, 0, 0),
        expected: tensors.input_crop_0_0_16!,
      }),
      same("rec_crop_120_96_16", crop(found.reconstruction, 120, 96)),
      same("decode_fixed_crop_120_96_16", crop(found.decoded, 120, 96)),
      scalar("‖rec‖", Math.hypot(...norms(found.reconstruction)), golden.rec.l2),
      scalar("‖decode_fixed‖", Math.hypot(...norms(found.decoded)), golden.decode_fixed.l2),
      scalar("disentangle_loss", found.disentanglement.data[0]!, golden.disentangle_loss),
    ];
    for (const name of Object.keys(tokenizer.codebooks)) {
      const suffix = suffixes[name]!;
      checks.push(
        compareTensors({
          name: `h_${suffix}`,
          actual: found.latents[name]!,
          expected: channelsLast(tensors[`h_${suffix}`]!),
        }),
        {
          name: `idx_${suffix}`,
          error: wrongIndices(
            found.codes[name]!,
            tensors[`idx_${suffix}`]!,
            tensors[`margin_${suffix}`]!,
          ),
          tolerance: 0,
        },
      );
    }
    for (const [name, rows] of Object.entries(found.features)) {
      const width = rows.shape[2]!;
      const classRow = hostTensor(rows.data.slice(0, width), [1, width]);
      checks.push(same(`semantic_feat${suffixes[name]!.slice("sem".length)}_cls`, classRow));
    }
    tokenizer.dispose();
    return checks;
  },
};

/** A released model whose weights follow the fixtures' rule. */
function filledTokenizer(id: string): Tokenizer {
  const model = /(dual|triple)-vq(16|8)$/.exec(id);
  if (!model) throw new Error(`${id}: expected dual or triple, vq16 or vq8`);
  const preset = tokenizerPresetConfig(`fqgan-${model[1]}-ds${model[2]}`);
  const tokenizer = nn.withoutInitialValues(
    () => new Tokenizer(parseTokenizerConfig(preset), createKey(0)),
  );
  const variables = tokenizer.namedVariables();
  const shapes = fqganShapes(tokenizer);
  // One at a time: all of them twice would be more than a gigabyte.
  for (const [name, reference] of fqganNames(tokenizer)) {
    const variable = variables.get(name)!;
    const weight = filledWeight(reference, shapes.get(reference)!);
    const value = fromTorch(name, weight, variable.rank);
    writeVariables(new Map([[name, variable]]), { [name]: value }, id);
  }
  return tokenizer;
}

/** clamp(4 · up8(boxmean8(u)) + 0.1 · u) of the fixtures' uniform numbers, [1, size, size, 3]. */
function input(size: number): HostTensor {
  const u = hashUniform("tokenizer_full.input", 3 * size * size);
  const pixels = tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(u, [1, 3, size, size]), [0, 2, 3, 1]) as tf.Tensor4D;
    const means = tf.image.resizeNearestNeighbor(tf.avgPool(x, 8, 8, "valid"), [size, size]);
    return tf.clipByValue(tf.add(tf.mul(means, 4), tf.mul(x, 0.1)), -1, 1);
  });
  const values = pixels.dataSync<"float32">().slice();
  pixels.dispose();
  return hostTensor(values, [1, size, size, 3]);
}

/** Codes by a formula; the j-th argument of the reference's decode function, where dual's are semantic, visual. */
function fixedCodes(tokenizer: Tokenizer): Record<string, HostTensor> {
  const names = Object.keys(tokenizer.codebooks);
  const order = names.length === 2 ? [...names].reverse() : names;
  const positions = tokenizer.grid[0] * tokenizer.grid[1];
  return Object.fromEntries(
    names.map((name) => {
      const j = order.indexOf(name);
      const { size } = tokenizer.codebooks[name]!;
      const codes = Int32Array.from(
        { length: positions },
        (_, t) => (t * (7919 + 104 * j) + 13 * j) % size,
      );
      return [name, hostTensor(codes, [1, positions])];
    }),
  );
}

/** 16 × 16 pixels of [1, H, W, 3] as [3, 16, 16]. */
function crop({ data, shape }: HostTensor, top: number, left: number): HostTensor {
  const side = 16;
  const values = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        values[(channel * side + y) * side + x] =
          data[((top + y) * shape[2]! + left + x) * 3 + channel]!;
  return hostTensor(values, [3, side, side]);
}

/** Norms of the rows, whose own norm is the whole's; all pixels are too many arguments for one. */
function norms({ data, shape }: HostTensor): number[] {
  const length = shape[2]! * 3;
  return Array.from({ length: data.length / length }, (_, i) =>
    Math.hypot(...data.subarray(i * length, (i + 1) * length)),
  );
}

/** How many indices differ where the choice was clear. */
function wrongIndices(actual: HostTensor, expected: HostTensor, margins: HostTensor): number {
  return Array.from(expected.data).filter(
    (index, i) => actual.data[i] !== index && margins.data[i]! >= UNCLEAR_MARGIN,
  ).length;
}
