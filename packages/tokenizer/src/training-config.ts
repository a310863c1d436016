import * as z from "zod";
import { frozenChoices } from "./freeze.js";

/** How a tokenizer is trained, apart from its losses, which are part of its own config. FQGAN's recipe. */
export const tokenizerTrainingSchema = z.strictObject({
  learningRate: z
    .number()
    .positive()
    .default(2e-4)
    .describe("of the tokenizer and its discriminator; the highest, where a schedule changes it"),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  clip: z
    .number()
    .positive()
    .default(1)
    .describe("largest global norm of the gradients, of the tokenizer and of the discriminator"),
  ema: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("decay of the moving average of the weights; none by default"),
  accumulate: z
    .int()
    .positive()
    .optional()
    .describe(
      "parts that a batch is cut into, their gradients averaged into one step; 1 by default",
    ),
  freeze: z
    .enum(frozenChoices)
    .optional()
    .describe("what is not trained: encoder, or encoder-and-codebooks (codes stay as they are)"),
});

/** A recipe with every default filled in. */
export type TokenizerTraining = z.output<typeof tokenizerTrainingSchema>;
