import { expect, it } from "vitest";
import { upgrade } from "./migrate.js";

const migrations = {
  1: ({ seeds, ...rest }: { readonly [key: string]: unknown }) => ({
    ...rest,
    seed: (seeds as number[])[0],
  }),
  2: (document: object) => ({ ...document, tags: [] }),
};
const to3 = { to: 3, migrations, where: "run/config.json" };

it("reads older documents as the present format", () => {
  expect(upgrade({ format: 1, seeds: [7], id: "a" }, to3)).toEqual({
    format: 3,
    seed: 7,
    id: "a",
    tags: [],
  });
  const present = { format: 3, seed: 1 };
  expect(upgrade(present, to3)).toBe(present);
});

it("says which fqgan reads what this one can't", () => {
  expect(() => upgrade({ format: 4 }, to3)).toThrow(
    /expected run folder format 3, got 4; a newer fqgan wrote it/,
  );
  expect(() => upgrade({ format: 0 }, to3)).toThrow(
    /got 0; use the version of fqgan that wrote it/,
  );
  expect(() => upgrade({}, to3)).toThrow(/got undefined/);
});
