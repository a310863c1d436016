import { expect, it } from "vitest";
import { discoverCases } from "./discover.js";
import { checkCase } from "./report.js";

it("losses are what the reference implementation computes, with their gradients", async () => {
  const [one] = discoverCases(new URL("./fixtures/losses", import.meta.url).pathname);
  for (const outcome of await checkCase(one!)) expect(outcome).toMatchObject({ status: "passed" });
}, 120_000);
