import { nearest, UserError } from "@fqgan/registry";

/** How the weights of a frozen program's matrix products are kept. */
export interface Precision {
  readonly name: string;
  readonly summary: string;
  /** Undefined for weights as they are. */
  readonly weights?: BlockFormat;
}

/** Weights as whole numbers of `bits` bits, with one scale for `block` of them that lie below one another. */
export interface BlockFormat {
  readonly bits: 4 | 8;
  readonly block: number;
}

/** How weights of a frozen program can be kept, by name. */
export const precisions: readonly Precision[] = [
  { name: "float32", summary: "weights as they are" },
  {
    name: "int8",
    summary: "8 bits a weight and a scale for every 32: a quarter of the memory read",
    weights: { bits: 8, block: 32 },
  },
  {
    name: "int4",
    summary: "4 bits a weight and a scale for every 32: a sixth of the memory read",
    weights: { bits: 4, block: 32 },
  },
];

/** How many bits weights have. */
export type PrecisionName = "float32" | "int8" | "int4";

export function precisionOf(name: string): Precision {
  const known = precisions.find((precision) => precision.name === name);
  if (known) return known;
  const names = precisions.map((precision) => precision.name);
  const near = nearest(name, names);
  throw new UserError(
    `precision: unknown name "${name}"; ${near ? `did you mean "${near}"? ` : ""}known: ${names.join(", ")}`,
  );
}
