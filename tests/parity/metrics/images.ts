/** PSNR and SSIM against scikit-image, as LlamaGen, FQGAN and Open-MAGVIT2 call it. */
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
