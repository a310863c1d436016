import { describe, expect, it } from "vitest";
import { discoverCases } from "./discover.js";
import { checkCase } from "./report.js";

const cases = discoverCases(new URL("./fixtures/generator", import.meta.url).pathname);

describe("generators do what the reference implementations do", () => {
  it.each(cases.map((parityCase) => [parityCase.id, parityCase] as const))("%s", async (_, one) => {
    for (const outcome of await checkCase(one, ["compiled"]))
      expect(outcome).toMatchObject({ status: "passed" });
  });
});
