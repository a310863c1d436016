import * as z from "zod";
import { type LpipsFiles, loadLpips } from "../lpips/load-lpips.js";
import { measuredDistance } from "../measured-distance.js";
import type { PerceptualDistance, PerceptualDistanceStrategy } from "../perceptual-distance.js";

/** Pairs a run. */
const CHUNK = 4;

const options = {
  trunk: z.enum(["vgg16", "alexnet"]).default("vgg16"),
  weights: z
    .string()
    .min(1)
    .describe("torchvision's classifier: vgg16-397923af.pth or alexnet-owt-7be5be79.pth"),
  linear: z
    .string()
    .min(1)
    .optional()
    .describe("LPIPS's own weights, version 0.1: vgg.pth or alex.pth, unless `weights` holds both"),
};

export const lpips: PerceptualDistanceStrategy<LpipsFiles> = {
  name: "lpips",
  summary: "LPIPS 0.1 on VGG-16 or AlexNet, from torchvision's and LPIPS's own weight files",
  reference: "https://arxiv.org/abs/1801.03924",
  options,
  async create(files): Promise<PerceptualDistance> {
    return measuredDistance(await loadLpips(files), CHUNK);
  },
};
