import { lpipsFromWeights } from "@fqgan/features";
import { type HostTensor, hostTensor, type Tensor, tf } from "@fqgan/tensor";
import { compareGradients, compareScalars } from "../compare.js";
import { filledWeight, hashUniform } from "../fill.js";
import type { Check, Engine } from "../parity-case.js";
import { runProgram } from "../run-program.js";
import { channelsLast } from "../tokenizers/golden.js";

type Tensors = Readonly<Record<string, HostTensor>>;

interface Summary {
  readonly mean: number;
  readonly absmax: number;
  readonly l2: number;
}

export interface LpipsMeta {
  readonly value: readonly number[];
  readonly value_fp64: readonly number[];
  readonly grad_b: Summary;
  readonly manifest: {
    readonly entries: readonly { readonly key: string; readonly shape: readonly number[] }[];
  };
}

const PREFIX = "lpips.";
/**
 * Of some million rectified and pooled values a few lie at a kink within rounding, and which side they fall
 * on moves the gradient more than rounding does. (Compiled it is within 1e-7 here, eagerly 2e-4.)
 */
const KINKS = 1e-3;

/** LPIPS with weights filled by their names: distances, and the gradient of their sum. */
export async function checkLpips(options: {
  readonly tensors: Tensors;
  readonly meta: LpipsMeta;
  readonly engine: Engine;
}): Promise<Check[]> {
  const { tensors, meta, engine } = options;
  const filled = meta.manifest.entries.flatMap(({ key, shape }) =>
    key.startsWith("scaling_layer.")
      ? []
      : [[key, filledWeight(`${PREFIX}${key}`, shape)] as const],
  );
  const network = lpipsFromWeights(Object.fromEntries(filled), { where: "filled weights" });
  const { shape } = tensors.b!;
  const count = shape.reduce((product, side) => product * side, 1);
  const a = hostTensor(hashUniform("losses.lpips.a", count), shape);
  const result = await runProgram({
    engine,
    inputs: { a: channelsLast(a), b: channelsLast(tensors.b!) },
    program: ({ a, b }) => {
      let distances: Tensor | undefined;
      const gradient = tf.grad((x: Tensor) => {
        distances = tf.keep(network.call(a, x));
        return tf.sum(distances);
      })(b);
      return { distances: distances!, gradient };
    },
  });
  network.dispose();
  const gradient = result.gradient.data as Float32Array;
  const squares = gradient.reduce((sum, g) => sum + g * g, 0);
  return [
    ...meta.value.map((expected, image) =>
      compareScalars({
        name: `LPIPS of image ${image}`,
        actual: result.distances.data[image]!,
        expected,
        expected64: meta.value_fp64[image],
      }),
    ),
    compareScalars({
      name: "LPIPS: norm of the gradient",
      actual: Math.sqrt(squares),
      expected: meta.grad_b.l2,
      tolerance: 1e-4,
    }),
    ...Object.entries(tensors).flatMap(([name, golden]) => {
      const window = /^grad_b_crop_(\d+)_(\d+)$/.exec(name);
      if (!window) return [];
      const expected = channelsLast(golden);
      const start = { row: Number(window[1]), column: Number(window[2]) };
      const actual = cropped(result.gradient, { ...start, like: expected });
      const check = compareGradients({ name: "LPIPS: part of the gradient", actual, expected });
      return [{ ...check, tolerance: KINKS }];
    }),
  ];
}

/** A window of [B, H, W, C]. */
function cropped(
  { data, shape }: HostTensor,
  window: { readonly row: number; readonly column: number; readonly like: HostTensor },
): HostTensor {
  const [, height, width, channels] = shape as [number, number, number, number];
  const [batch, rows, columns] = window.like.shape as [number, number, number];
  const values: number[] = [];
  for (let image = 0; image < batch; image++)
    for (let row = 0; row < rows; row++) {
      const from = ((image * height + window.row + row) * width + window.column) * channels;
      values.push(...data.subarray(from, from + columns * channels));
    }
  return hostTensor(Float32Array.from(values), window.like.shape);
}
