import * as z from "zod";

/** The values that one config path may take in a search. */
export const dimensionSchema = z.union([
  z.strictObject({
    /** One of these. */
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(2),
  }),
  z
    .strictObject({
      from: z.number(),
      to: z.number(),
      /** "log": each factor of ten is as likely as the next; needs from > 0. */
      scale: z.enum(["linear", "log"]).default("linear"),
      /** Whole numbers only, both ends included. */
      whole: z.boolean().default(false),
    })
    .refine(({ from, to }) => from < to, "expected from below to")
    .refine(
      ({ from, scale, whole }) => scale === "linear" || from > (whole ? 0.5 : 0),
      "a log scale needs from above 0",
    ),
]);
export type Dimension = z.output<typeof dimensionSchema>;
export type SampleValue = string | number | boolean;

/** Config path → its value. */
export type Sample = Readonly<Record<string, SampleValue>>;

/** How many digits of a drawn number are kept: enough to search with, few enough to read. */
const DIGITS = 3;

/** A place in [0, 1) → a value. */
export function valueAt(dimension: Dimension, place: number): SampleValue {
  if ("values" in dimension)
    return dimension.values[
      Math.min(dimension.values.length - 1, Math.floor(place * dimension.values.length))
    ]!;
  const { from, to, scale, whole } = dimension;
  // Half a unit more on both sides, so that the ends are as likely as the rest.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to];
  const value = scale === "log" ? low * (high / low) ** place : low + place * (high - low);
  if (whole) return Math.min(to, Math.max(from, Math.round(value)));
  return Math.min(to, Math.max(from, Number(value.toPrecision(DIGITS))));
}

/** A value → its place in [0, 1]; the middle of its share for one of several. */
export function placeOf(dimension: Dimension, value: SampleValue): number {
  if ("values" in dimension)
    return (dimension.values.indexOf(value) + 0.5) / dimension.values.length;
  const { from, to, scale } = dimension;
  const number = value as number;
  return scale === "log"
    ? Math.log(number / from) / Math.log(to / from)
    : (number - from) / (to - from);
}
