import { channelStatistics, nearestStandardised } from "@fqgan/features";
import type { HostTensor } from "@fqgan/tensor";
import { compareScalars, compareTensors } from "../compare.js";
import { hashUniform } from "../fill.js";
import type { Check } from "../parity-case.js";
import { channelsLast } from "../tokenizers/golden.js";

type Tensors = Readonly<Record<string, HostTensor>>;

interface Summary {
  readonly mean: number;
  readonly std: number;
  readonly absmax: number;
  readonly l2: number;
}

export interface TowerMeta {
  readonly loss: number;
  readonly scaling_256?: Summary;
  readonly scaling_32?: Summary;
}

/** Side of the images that both towers take, and of the one that is made from a hash. */
const SIZE = 224;
const LARGE = 256;

const statisticsOf: Readonly<
  Record<string, Parameters<typeof nearestStandardised>[2]["statistics"]>
> = { clip: channelStatistics.clip, dino: channelStatistics.imagenet };

/** What the towers of FQGAN's training code are shown: images resized and standardised. */
export function checkTowerInputs(
  tensors: Tensors,
  meta: Readonly<Record<string, TowerMeta | string>>,
): Check[] {
  return Object.entries(meta).flatMap(([tower, golden]) => {
    const statistics = statisticsOf[tower];
    const small = tensors[`${tower}.scaling_small_in`];
    if (typeof golden === "string" || !statistics) return [];
    const scaled = (images: HostTensor): HostTensor => {
      const [count, height, width] = images.shape as [number, number, number];
      const length = height * width * 3;
      const data = new Float32Array(count * SIZE * SIZE * 3);
      for (let i = 0; i < count; i++) {
        const values = (images.data as Float32Array).subarray(i * length, (i + 1) * length);
        const image = nearestStandardised(values, [height, width], { size: SIZE, statistics });
        data.set(image, i * SIZE * SIZE * 3);
      }
      return { dtype: "float32", shape: [count, SIZE, SIZE, 3], data };
    };
    const large: HostTensor = {
      dtype: "float32",
      shape: [1, 3, LARGE, LARGE],
      data: hashUniform(`losses.scaling.${tower}`, 3 * LARGE * LARGE),
    };
    const ofLarge = scaled(channelsLast(large));
    const ofSmall = small && scaled(channelsLast(small));
    const checks = [
      ...summaries(`${tower}'s input from ${LARGE}×${LARGE}`, ofLarge, golden.scaling_256),
      ...(ofSmall
        ? summaries(`${tower}'s input from small images`, ofSmall, golden.scaling_32)
        : []),
    ];
    for (const [name, expected] of Object.entries(tensors)) {
      const crop = new RegExp(`^${tower}\\.scaled_crop_0_(\\d+)_(\\d+)$`).exec(name);
      if (crop)
        checks.push(
          compareTensors({
            name,
            actual: window(ofLarge, Number(crop[1]), Number(crop[2]), expected.shape),
            expected,
          }),
        );
      const row = new RegExp(`^${tower}\\.scaled_small_row(\\d+)$`).exec(name);
      if (row && ofSmall) {
        const [count, , width] = expected.shape as [number, number, number];
        const actual = window(ofSmall, Number(row[1]), 0, [count, 3, 1, width]);
        checks.push(compareTensors({ name, actual, expected }));
      }
    }
    return checks;
  });
}

/** A window of [B, H, W, C] as [B, C, h, w]. */
function window(
  { data, shape }: HostTensor,
  row: number,
  column: number,
  [count, channels, rows, columns]: readonly number[],
): HostTensor {
  const [, height, width] = shape as [number, number, number];
  const values: number[] = [];
  for (let image = 0; image < count!; image++)
    for (let c = 0; c < channels!; c++)
      for (let y = row; y < row + rows!; y++)
        for (let x = column; x < column + columns!; x++)
          values.push(data[((image * height + y) * width + x) * channels! + c]!);
  return {
    dtype: "float32",
    shape: [count!, channels!, rows!, columns!],
    data: Float32Array.from(values),
  };
}

function summaries(name: string, { data }: HostTensor, expected: Summary | undefined): Check[] {
  if (!expected) return [];
  const values = data as Float32Array;
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + x * x, 0);
  const actual: Summary = {
    mean,
    std: Math.sqrt(squares / values.length - mean * mean),
    absmax: values.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0),
    l2: Math.sqrt(squares),
  };
  return (Object.keys(actual) as (keyof Summary)[]).map((key) =>
    compareScalars({
      name: `${name}: ${key}`,
      actual: actual[key],
      expected: expected[key],
    }),
  );
}
