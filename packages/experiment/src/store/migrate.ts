import { UserError } from "@fqgan/registry";

/** A document of a run folder or sweep: whatever else it holds, it says its format. */
export interface Versioned {
  readonly format?: unknown;
  readonly [key: string]: unknown;
}

/** From a format to the next: what a document of the old one means in the new one. */
export type Migrations = Readonly<Record<number, (document: Versioned) => Versioned>>;

/**
 * Formats before the present one; none yet. Raising `RUN_FORMAT` to n + 1 means adding the entry n here, so
 * that every version reads all older folders. Files are upgraded while they are read, never rewritten: an
 * older fqgan beside this one keeps working on its runs.
 */
export const RUN_MIGRATIONS: Migrations = {};

/** A document in the present format, or an error that says which fqgan reads it. */
export function upgrade(
  document: Versioned,
  { to, migrations, where }: { to: number; migrations: Migrations; where: string },
): Versioned {
  let current = document;
  while (current.format !== to) {
    const migrate = typeof current.format === "number" ? migrations[current.format] : undefined;
    if (!migrate) {
      const newer = typeof current.format === "number" && current.format > to;
      throw new UserError(
        `${where}: expected run folder format ${to}, got ${document.format}; ` +
          (newer
            ? "a newer fqgan wrote it: update this one"
            : "use the version of fqgan that wrote it"),
      );
    }
    current = { ...migrate(current), format: (current.format as number) + 1 };
  }
  return current;
}
