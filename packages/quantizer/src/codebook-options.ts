import * as z from "zod";
import { MAX_CODES } from "./codes.js";

/** A whole number between two; the error names what was given and what to do about it. */
export function wholeNumber(range: {
  readonly from: number;
  readonly to: number;
  /** What they are, for the error: `expected <of> from 2 to 1000, got 1; <remedy>`. */
  readonly of: string;
  readonly remedy: string;
}): z.ZodInt {
  const { from, to, of, remedy } = range;
  const end = to === MAX_CODES ? "2^31, which is what int32 indices can tell apart" : to;
  const error = ({ input }: { readonly input?: unknown }) =>
    `expected ${of} from ${from} to ${end}, got ${String(input)}; ${remedy}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

/** K, the number of codes. */
const size = wholeNumber({
  from: 2,
  to: MAX_CODES,
  of: "a whole number of codes",
  remedy: "split more over several codebooks (factorized, product or residual)",
});

/** Size and length of a table of codes. */
export const tableOptions = (defaults: { readonly dimensions: number } = { dimensions: 8 }) => ({
  size,
  /** D, the length of a code. */
  dimensions: z.int().positive().default(defaults.dimensions),
});

/** Options for a table of 2^bits codes. */
export const tableOfBits = (bits: number, dimensions: number) => ({ size: 2 ** bits, dimensions });

/** How vectors are brought to a common length before they are compared. */
export const normalize = z.enum(["l2", "none"]).default("l2");

/** The weight of a loss. */
export const weight = (fallback: number) => z.number().nonnegative().default(fallback);

/** weight · (H(code | latent) - H(mean code)) of the choice softmax(scores / temperature). */
export const choiceEntropy = (defaults: { readonly weight: number }) =>
  z
    .strictObject({
      weight: weight(defaults.weight),
      temperature: z.number().positive().default(0.01),
    })
    .prefault({});
