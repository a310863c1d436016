import { defineRegistry } from "@fqgan/registry";
import type { MetricStrategy } from "./metric.js";
import { bitsPerImage } from "./strategies/bits-per-image.js";
import { cmmd } from "./strategies/cmmd.js";
import { codebookUsage } from "./strategies/codebook-usage.js";
import { codebookUsageWindow } from "./strategies/codebook-usage-window.js";
import { densityCoverage } from "./strategies/density-coverage.js";
import { fid } from "./strategies/fid.js";
import { fidInfinity } from "./strategies/fid-infinity.js";
import { inceptionScore, realInceptionScore } from "./strategies/inception-score.js";
import { kid } from "./strategies/kid.js";
import { lpips } from "./strategies/lpips.js";
import { maskedPsnr } from "./strategies/masked-psnr.js";
import { msSsim } from "./strategies/ms-ssim.js";
import { precisionRecall } from "./strategies/precision-recall.js";
import { psnr } from "./strategies/psnr.js";
import { sfid } from "./strategies/sfid.js";
import { ssim } from "./strategies/ssim.js";

/** Every metric by name. */
export const metrics = defineRegistry<MetricStrategy>("metric", [
  fid,
  sfid,
  fidInfinity,
  kid,
  cmmd,
  inceptionScore,
  realInceptionScore,
  precisionRecall,
  densityCoverage,
  psnr,
  maskedPsnr,
  ssim,
  msSsim,
  lpips,
  codebookUsage,
  codebookUsageWindow,
  bitsPerImage,
]);
