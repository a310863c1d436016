import { UserError } from "@fqgan/registry";

/** What the codes of an image look like. */
export interface CodeShape {
  /** Size of each codebook by name, in decoder channel order. */
  readonly vocabularies: Readonly<Record<string, number>>;
  /** [rows, columns] */
  readonly grid: readonly [number, number];
}

/** N, the number of positions of an image. */
export const positionsOf = ({ grid }: Pick<CodeShape, "grid">): number => grid[0] * grid[1];

/** Names of the codebooks in decoder channel order. */
export const codebooksOf = ({ vocabularies }: Pick<CodeShape, "vocabularies">): string[] =>
  Object.keys(vocabularies);

/** Refuses labels that are not whole numbers from 0 to `last`. */
export function requireClasses(labels: ArrayLike<number>, last: number, where: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label > last)
      throw new UserError(
        `${where}: class ${label} is out of range; expected a whole number from 0 to ${last}`,
      );
  }
}
