import { expect, it } from "vitest";
import { probeBlock } from "./probe.js";

it("finds a block size that gives right results, or says why there is none", async () => {
  const probe = await probeBlock();
  if (probe.block === undefined) expect(probe.reason).toContain("no block size");
  else expect([4, 8, 16]).toContain(probe.block);
});
