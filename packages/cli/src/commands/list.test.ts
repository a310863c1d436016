import { expect, it, vi } from "vitest";
import { list } from "./list.js";

/** What `fqgan list …` prints. */
async function listed(what: string, json: boolean): Promise<string> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await list({ runs: "runs", json, quiet: true, entry: "" }, what);
  } finally {
    write.mockRestore();
  }
  return written.join("");
}

it("says of each tokenizer how near it is to the model that it is named after", async () => {
  const text = await listed("presets", false);
  expect(text).toMatch(/fqgan-dual-ds16 .*\n.*faithful: names, shapes, codes and images/);
  expect(text).toMatch(/titok-b-64 .*\n.*structure only: draws pixels in one stage/);
  expect(text).toMatch(/vila-u-mini .*\n.*mini without its defining ingredient: a text tower/);
});

it("says it to machines too", async () => {
  const presets = JSON.parse(await listed("tokenizer-presets", true)) as { fidelity: string }[];
  expect(presets.length).toBeGreaterThan(30);
  for (const { fidelity } of presets)
    expect(fidelity).toMatch(/^(faithful: |structure only: |mini)/);
});
