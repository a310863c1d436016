import { afterAll, describe, expect, it } from "vitest";
import type { EngineName } from "../../engine.js";
import { tf } from "../../tf.js";
import { plainRules } from "../lowering/plain/index.js";
import { families, firstDifference, kernelsOf, runCase } from "./suite.js";

const engines: readonly EngineName[] = ["onnx-plain", "onnx"];

describe.each(engines)("%s agrees with eager tfjs", (engine) => {
  for (const [family, cases] of Object.entries(families))
    describe(family, () => {
      it.each(cases.map((tried) => [tried.name, tried] as const))("%s", async (_name, tried) => {
        const expected = await runCase({ engine: "cpu" }, tried);
        const actual = await runCase({ engine }, tried);
        expect(firstDifference(actual, expected)).toBeUndefined();
      });
    });
});

afterAll(() => expect(tf.memory().numTensors).toBe(0));

it("tries every op that can be lowered", () => {
  const traced = new Set(Object.values(families).flat().flatMap(kernelsOf));
  expect(Object.keys(plainRules).filter((op) => !traced.has(op))).toEqual([]);
});
