import { describe, expect, it } from "vitest";
import { discoverCases } from "./discover.js";
import { checkCase } from "./report.js";

const cases = discoverCases(new URL("./fixtures/tokenizer", import.meta.url).pathname);

describe("tokenizers do what the reference implementation does", () => {
  const named = cases.map((parityCase) => [parityCase.id, parityCase] as const);
  it.each(named)("%s", { timeout: 300_000 }, async (_, one) => {
    for (const outcome of await checkCase(one)) expect(outcome).toMatchObject({ status: "passed" });
  });
});
