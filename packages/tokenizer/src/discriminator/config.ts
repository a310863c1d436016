import * as z from "zod";
import { adversarialObjectives } from "../losses/adversarial.js";
import { balances } from "./balance.js";
import { discriminators } from "./index.js";
import { penalties } from "./penalties.js";

/** A discriminator trained against the decoder (VQGAN, arXiv 2012.09841). */
export const adversarialConfig = z.strictObject({
  discriminator: discriminators.schema.prefault({ name: "patch" }),
  objective: adversarialObjectives.schema.prefault({ name: "hinge" }),
  weight: z.number().nonnegative().default(0.5).describe("of both players' losses"),
  balance: z
    .enum(Object.keys(balances) as [keyof typeof balances])
    .default("fixed")
    .describe("fixed: the weight alone; adaptive: also by the gradients' norms, as VQGAN"),
  startStep: z
    .int()
    .nonnegative()
    .default(20000)
    .describe("first step, counting from 1, at which both players' losses count"),
  penalties: z
    .array(penalties.schema)
    .optional()
    .describe("what keeps the discriminator in bounds beside its loss; none by default"),
});

export type AdversarialConfig = z.output<typeof adversarialConfig>;
