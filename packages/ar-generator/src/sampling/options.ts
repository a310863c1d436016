import { parseConfig, UserError } from "@fqgan/registry";
import * as z from "zod";
import { type CodeShape, codebooksOf, positionsOf } from "./code-shape.js";
import type { Draw } from "./draw.js";
import { type Guidance, guidanceSchedules } from "./guidance.js";

const perCodebook = (value: z.ZodNumber) =>
  z.union([value, z.array(value), z.record(z.string(), value)]);

/**
 * How images are drawn. Where codebooks may differ, a value is one number for all, a list in codebook
 * order or a record by codebook name.
 */
export const samplingSchema = z.strictObject({
  /** Divides the logits; 0 takes the most likely code. */
  temperature: perCodebook(z.number().min(0)).default(1),
  /** Draw from this many most likely codes; 0 is all. */
  topK: perCodebook(z.int().min(0)).default(0),
  /** Draw from the most likely codes that hold this much probability. */
  topP: perCodebook(z.number().gt(0).max(1)).default(1),
  guidance: z
    .strictObject({
      /** 1 is no guidance, 0 ignores the class. (FAR's scripts write "none" as any value below 1.) */
      scale: perCodebook(z.number().min(0)).default(1),
      schedule: z.string().default("constant").describe("how the scale changes over the positions"),
      /** First position guided and first one no longer guided; all by default. */
      interval: z
        .tuple([z.int().min(0), z.int().min(0)])
        .refine(([first, end]) => first < end, "expected the first position before the end")
        .optional(),
    })
    .prefault({}),
});

/** Sampling options as written: one value for all codebooks, a list, or a record by name. */
export type SamplingInput = z.input<typeof samplingSchema>;

/** Sampling options by codebook, checked against what is drawn. */
export interface Sampling {
  readonly draw: Readonly<Record<string, Draw>>;
  readonly guidance: Guidance;
  /** Whether any position needs the logits of the null class. */
  readonly guided: boolean;
}

function spread(
  value: number | readonly number[] | Readonly<Record<string, number>>,
  names: readonly string[],
  what: string,
): Record<string, number> {
  const refuse = (got: string): never => {
    throw new UserError(
      `sampling: ${what}: expected one number or one for each of the ${names.length} codebooks ` +
        `(${names.join(", ")}), got ${got}`,
    );
  };
  if (typeof value === "number") return Object.fromEntries(names.map((name) => [name, value]));
  if (Array.isArray(value)) {
    if (value.length !== names.length) refuse(`a list of ${value.length}`);
    return Object.fromEntries(names.map((name, i) => [name, value[i]!]));
  }
  const given = Object.keys(value);
  if ([...given].sort().join() !== [...names].sort().join()) refuse(given.join(", ") || "none");
  return { ...(value as Record<string, number>) };
}

export function resolveSampling(shape: CodeShape, options: SamplingInput): Sampling {
  const names = codebooksOf(shape);
  const { temperature, topK, topP, guidance } = parseConfig(samplingSchema, options, "sampling");
  const byName = {
    temperature: spread(temperature, names, "temperature"),
    topK: spread(topK, names, "topK"),
    topP: spread(topP, names, "topP"),
  };
  for (const name of names) {
    const size = shape.vocabularies[name]!;
    const count = byName.topK[name]!;
    if (count > size)
      throw new UserError(
        `sampling: topK: ${count} is more than the ${size} codes of ${name}; use at most ${size}, or 0 for all`,
      );
  }
  guidanceSchedules.get(guidance.schedule);
  const scale = spread(guidance.scale, names, "guidance.scale");
  const interval = guidance.interval ?? [0, positionsOf(shape)];
  return {
    draw: Object.fromEntries(
      names.map((name) => [
        name,
        {
          temperature: byName.temperature[name]!,
          topK: byName.topK[name]! || shape.vocabularies[name]!,
          topP: byName.topP[name]!,
        },
      ]),
    ),
    guidance: { scale, schedule: guidance.schedule, interval },
    guided: Object.values(scale).some((value) => value !== 1),
  };
}
