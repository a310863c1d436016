import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineRegistry, type Strategy, UserError } from "./index.js";

interface Shape extends Strategy {
  area(options: Record<string, unknown>): number;
}

const square: Shape = {
  name: "square",
  summary: "four equal sides",
  options: { side: z.number().positive().default(1) },
  area: ({ side }) => (side as number) ** 2,
};
const circle: Shape = {
  name: "circle",
  summary: "one radius",
  options: { radius: z.number().positive() },
  area: ({ radius }) => Math.PI * (radius as number) ** 2,
};

describe("defineRegistry", () => {
  it("keeps strategies by name in the order they came", () => {
    const shapes = defineRegistry<Shape>("shape", [square]);
    expect(shapes.register(circle)).toBe(circle);
    expect(shapes.names()).toEqual(["square", "circle"]);
    expect(shapes.list()).toEqual([square, circle]);
    expect(shapes.get("circle")).toBe(circle);
  });

  it("refuses a name twice", () => {
    expect(() => defineRegistry<Shape>("shape", [square, square])).toThrow(
      'shape: "square" is registered already; pick another name',
    );
  });

  it("suggests the nearest name for an unknown one", () => {
    const shapes = defineRegistry<Shape>("shape", [square, circle]);
    expect(() => shapes.get("sqare")).toThrow(UserError);
    expect(() => shapes.get("sqare")).toThrow(
      'shape: unknown name "sqare"; did you mean "square"? known: square, circle',
    );
    expect(() => shapes.get("dodecahedron")).toThrow(
      'shape: unknown name "dodecahedron"; known: square, circle',
    );
    expect(() => shapes.get("toString")).toThrow(UserError);
  });

  it("checks a config and fills in defaults", () => {
    const shapes = defineRegistry<Shape>("shape", [square, circle]);
    const { strategy, config } = shapes.parse({ name: "square" });
    expect(config).toEqual({ name: "square", side: 1 });
    expect(strategy.area(config)).toBe(1);
    expect(() => shapes.parse({ name: "circle" })).toThrow(/^shape: radius: /);
    expect(() => shapes.parse({ name: "square", sides: 2 }, "--set shape")).toThrow(
      "--set shape: sides: unknown key; did you mean side? (known: name, side)",
    );
  });

  it("says what a config looks like when it has no name", () => {
    const shapes = defineRegistry<Shape>("shape", [square, circle]);
    const expected = /^shape: expected { name: … } with one of square, circle, got /;
    for (const config of [{}, { name: 7 }, null, "square", undefined])
      expect(() => shapes.parse(config as never)).toThrow(expected);
    expect(() => shapes.parse({} as never)).toThrow(UserError);
  });

  it("is a schema inside larger ones, with strategies that are registered later", () => {
    const shapes = defineRegistry<Shape>("shape", [square]);
    const drawing = z.strictObject({ figure: shapes.schema, colour: z.string().default("red") });
    shapes.register(circle);
    expect(drawing.parse({ figure: { name: "circle", radius: 2 } })).toEqual({
      figure: { name: "circle", radius: 2 },
      colour: "red",
    });
    const messages = (data: unknown) =>
      drawing.safeParse(data).error?.issues.map(({ path, message }) => [path.join("."), message]);
    expect(messages({ figure: { name: "circl", radius: 2 } })).toEqual([
      ["figure.name", 'shape: unknown name "circl"; did you mean "circle"? known: square, circle'],
    ]);
    expect(messages({ figure: 3 })).toEqual([
      ["figure", "expected { name: … } with one of square, circle, got 3"],
    ]);
    expect(messages({})).toEqual([
      ["figure", "expected { name: … } with one of square, circle, got nothing"],
    ]);
    expect(messages({ figure: { name: "square", side: -1, sid: 2 } })).toEqual([
      ["figure.side", expect.stringMatching(/>0/)],
      ["figure.sid", "unknown key; did you mean side? (known: name, side)"],
    ]);
  });

  it("nests: a strategy's options may hold another registry's schema", () => {
    const shapes = defineRegistry<Shape>("shape", [square]);
    const holed: Shape = { ...square, name: "holed", options: { hole: shapes.schema } };
    shapes.register(holed);
    expect(shapes.parse({ name: "holed", hole: { name: "square" } }).config).toEqual({
      name: "holed",
      hole: { name: "square", side: 1 },
    });
    expect(() =>
      shapes.parse({ name: "holed", hole: { name: "holed", hole: { name: "square", sde: 1 } } }),
    ).toThrow("shape: hole.hole.sde: unknown key; did you mean side?");
  });
});
