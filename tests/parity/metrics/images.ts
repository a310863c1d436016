/**
 * PSNR and SSIM against scikit-image, as LlamaGen, FQGAN and Open-MAGVIT2 call it; MS-SSIM against its formula
 * written out in PyTorch.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeImage, toSignedUnit } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { absolute, evaluate, type Fixture } from "./fixture.js";

async function readImage({ folder }: Fixture, file: string): Promise<HostTensor> {
  const { height, width, data } = await decodeImage(join(folder, "images", file));
  return hostTensor(toSignedUnit(data), [1, height, width, 3]);
}

export async function imageChecks(fixture: Fixture): Promise<Check[]> {
  const pairs = fixture.expected.images?.pairs ?? [];
  const checks = pairs.map(async (golden) => {
    const index = String(golden.index).padStart(2, "0");
    const images = {
      real: await readImage(fixture, `${index}_ref.png`),
      fake: await readImage(fixture, `${index}_rec.png`),
    };
    const measure = async (name: string, options = {}) =>
      Object.values((await evaluate({ name, ...options }, { images })).values)[0];
    return [
      absolute(`psnr ${index}`, {
        actual: await measure("psnr"),
        expected: Number(golden.psnr_uint8),
        tolerance: 1e-9,
      }),
      absolute(`ssim ${index}`, {
        actual: await measure("ssim"),
        expected: golden.ssim_uint8_data_range_255_float64,
        tolerance: 1e-9,
      }),
      absolute(`ssim ${index}, LlamaGen's range`, {
        actual: await measure("ssim", { dataRange: 2 }),
        expected: golden.ssim_llamagen_data_range_2,
        tolerance: 2e-5,
      }),
      absolute(`ssim ${index}, Gaussian window`, {
        actual: await measure("ssim", { window: "gaussian" }),
        expected: golden.ssim_gaussian_wang_float64,
        tolerance: 1e-9,
      }),
    ];
  });
  return (await Promise.all(checks)).flat();
}

/** A pair of the folder, enlarged by repetition and cut, as `make_ms_ssim.py` took it. */
interface MultiScalePair {
  readonly index: number;
  readonly enlarge: number;
  readonly rows: number;
  readonly columns: number;
  readonly scales: number;
  readonly ms_ssim: number;
}

export async function multiScaleChecks(fixture: Fixture): Promise<Check[]> {
  const path = join(fixture.folder, "ms_ssim.json");
  if (!existsSync(path)) return [];
  const { pairs } = JSON.parse(readFileSync(path, "utf8")) as { pairs: readonly MultiScalePair[] };
  const checks = pairs.map(async (pair) => {
    const { index, rows, columns, scales, ms_ssim: expected } = pair;
    const name = String(index).padStart(2, "0");
    const images = {
      real: enlarged(await readImage(fixture, `${name}_ref.png`), pair),
      fake: enlarged(await readImage(fixture, `${name}_rec.png`), pair),
    };
    const { values } = await evaluate({ name: "ms-ssim", scales }, { images });
    return absolute(`ms-ssim ${name}, ${rows} × ${columns}, ${scales} scales`, {
      actual: values.msSsim,
      expected,
      tolerance: 1e-9,
    });
  });
  return Promise.all(checks);
}

/** [1, H, W, 3] → [1, rows, columns, 3], each pixel a square of `enlarge` */
function enlarged(
  { data, shape }: HostTensor,
  { enlarge, rows, columns }: MultiScalePair,
): HostTensor {
  const width = shape[2]!;
  const result = new Float32Array(rows * columns * 3);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const from = 3 * (Math.floor(y / enlarge) * width + Math.floor(x / enlarge));
      result.set(data.subarray(from, from + 3), 3 * (y * columns + x));
    }
  return hostTensor(result, [1, rows, columns, 3]);
}
