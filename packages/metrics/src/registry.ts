import { defineRegistry } from "@fqgan/registry";
import type { MetricStrategy } from "./metric.js";
import { bitsPerImage } from "./strategies/bits-per-image.js";
import { cmmd } from "./strategies/cmmd.js";
import { codebookUsage } from "./strategies/codebook-usage.js";
import { codebookUsageWindow } from "./strategies/codebook-usage-window.js";
import { densityCoverage } from "./strategies/density-coverage.js";
import { fid } from "./strategies/fid.js";
import { inceptionScore } from "./strategies/inception-score.js";
import { kid } from "./strategies/kid.js";
import { precisionRecall } from "./strategies/precision-recall.js";
import { psnr } from "./strategies/psnr.js";
import { ssim } from "./strategies/ssim.js";

/** Every metric by name. */
export const metrics = defineRegistry<MetricStrategy>("metric", [
  fid,
  kid,
  cmmd,
  inceptionScore,
  precisionRecall,
  densityCoverage,
  psnr,
  ssim,
  codebookUsage,
  codebookUsageWindow,
  bitsPerImage,
]);
