import { expect, it } from "vitest";
import { inOrder } from "./code-order.js";

it("puts codebooks in another order, all of them", () => {
  const codebooks = { visual: 64, semantic: 32 };
  expect(Object.entries(inOrder(codebooks, ["semantic", "visual"]))).toEqual([
    ["semantic", 32],
    ["visual", 64],
  ]);
  expect(Object.keys(inOrder(codebooks, undefined))).toEqual(["visual", "semantic"]);
  expect(() => inOrder(codebooks, ["semantic"])).toThrow(
    /generator.order: expected each of visual, semantic once, got semantic/,
  );
});
