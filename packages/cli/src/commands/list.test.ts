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

it("lists every key of a config, with what may stand there, its default and what it is for", async () => {
  const text = await listed("config", false);
  expect(text).toMatch(
    /tokenizer\.train\.batchSize +images a step\n +.*integer · default: required/,
  );
  expect(text).toMatch(/codebooks\.<name>\.adapter +.*adapter by name · default: \{"name":"transf/);
  const keys = JSON.parse(await listed("config", true)) as Record<string, unknown>[];
  const paths = keys.map(({ name }) => name);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of ["data", "tokenizer.model.losses.disentanglement", "generator.sample.topK"])
    expect(paths).toContain(path);
  expect(keys.find(({ name }) => name === "until")).toEqual({
    name: "until",
    summary: expect.stringContaining("the last stage to run"),
    options: { type: "tokenizer | generator", default: '"generator"' },
  });
});

it("says it to machines too", async () => {
  const presets = JSON.parse(await listed("tokenizer-presets", true)) as { fidelity: string }[];
  expect(presets.length).toBeGreaterThan(30);
  for (const { fidelity } of presets)
    expect(fidelity).toMatch(/^(faithful: |structure only: |mini)/);
});
