/** The engine `webgpu` (tfjs op by op over Dawn) against the cpu backend, on a software GPU. */
import { startEngine, tf } from "@fqgan/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstDifference, runCase } from "../../packages/tensor/src/compile/conformance/suite.js";
import { compareRuns } from "./compare-runs.js";
import { coveringCases } from "./covering-cases.js";
import { trainTokenizer } from "./small-models.js";
import { useSoftwareGpu } from "./software-gpu.js";

/** WGSL asks no more of these than 11 bits (https://www.w3.org/TR/WGSL/#floating-point-accuracy). */
const inexact = /^(sin|cos|tan|asin|acos|atan) /;

beforeAll(async () => {
  useSoftwareGpu();
  const description = await startEngine({ engine: "webgpu" });
  expect(description).toMatchObject({ name: "webgpu", backend: "webgpu" });
  expect(description.device).toMatch(/swiftshader/i);
  expect(description.note).toMatch(/no GPU/);
  // Small tensors would be left to the processor.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
});

describe("webgpu", () => {
  it.each(coveringCases().map((tried) => [tried.name, tried] as const))(
    "computes %s",
    async (_name, tried) => {
      const expected = await runCase({ engine: "cpu" }, tried);
      const actual = await runCase({ engine: "webgpu" }, tried);
      const tolerance = inexact.test(tried.name) ? 1e-3 : undefined;
      expect(firstDifference(actual, expected, tolerance)).toBeUndefined();
    },
  );

  it("trains, encodes and reconstructs as the cpu does", async () => {
    await startEngine({ engine: "cpu" });
    const expected = await trainTokenizer(2);
    await startEngine({ engine: "webgpu" });
    compareRuns(await trainTokenizer(2), expected);
  });
});

// Dawn keeps a process alive as long as someone could ask it for something.
afterAll(() => {
  delete (globalThis.navigator as { gpu?: unknown }).gpu;
});
