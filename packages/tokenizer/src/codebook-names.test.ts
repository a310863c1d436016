import { expect, it } from "vitest";
import { codebookName, factorOf } from "./codebook-names.js";

it("a codebook is of the factor that it has the name of, or of the one that it was named after", () => {
  const factors = ["semantic", "semanticHigh", "visual"];
  const of = (...names: string[]) => names.map((name) => factorOf(name, factors));
  expect(of(...factors)).toEqual(factors);
  for (const code of ["level1", "scale16", "low"])
    expect(of(...factors.map((factor) => codebookName(factor, code)))).toEqual(factors);
  expect(of("visually", "texture", "visua")).toEqual([undefined, undefined, undefined]);
});
