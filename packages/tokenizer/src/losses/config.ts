import * as z from "zod";
import { adversarialConfig } from "../discriminator/config.js";

const weight = () => z.number().nonnegative();

/** What a tokenizer is trained for, apart from the losses of its codebooks. */
export const lossesSchema = z.strictObject({
  reconstruction: z.strictObject({ l1: weight().default(0), l2: weight().default(1) }).prefault({}),
  perceptual: z
    .strictObject({
      network: z
        .string()
        .min(1)
        .describe("network that compares images with reconstructions, as the trainer is given it"),
      weight: weight().default(1),
    })
    .optional()
    .describe("distance between features of images and of reconstructions; none by default"),
  disentanglement: weight()
    .default(0)
    .describe("pushes the codes of different codebooks to be orthogonal"),
  adversarial: adversarialConfig.nullable().default(null),
});
