import { readVariables } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { startFrom } from "./start-from.js";
import { tinyConfig } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";

const { visual, semantic } = tinyConfig.codebooks;
const { representation: _, ...bare } = semantic;
const withoutHead = { ...tinyConfig, codebooks: { visual, semantic: bare } };
const weights = async (tokenizer: ReturnType<typeof createTokenizer>) =>
  readVariables(tokenizer.namedVariables());

it("takes every weight of a tokenizer of the same structure", async () => {
  const [source, target] = [createTokenizer(tinyConfig, 1), createTokenizer(tinyConfig, 2)];
  expect(await startFrom(target, source, "a run")).toEqual([]);
  expect(await weights(target)).toEqual(await weights(source));
});

it("keeps heads that the other lacks, and leaves out those that are not wanted", async () => {
  const [plain, headed] = [createTokenizer(withoutHead, 1), createTokenizer(tinyConfig, 2)];
  const before = await weights(headed);
  const fresh = await startFrom(headed, plain, "a run");
  expect(fresh.length).toBeGreaterThan(0);
  const after = await weights(headed);
  const source = await weights(plain);
  for (const [name, tensor] of Object.entries(after))
    expect(tensor).toEqual(fresh.includes(name) ? before[name] : source[name]);
  await startFrom(plain, createTokenizer(tinyConfig, 3), "a run");
  expect((await weights(plain))["decoder.output.kernel"]).not.toEqual(
    source["decoder.output.kernel"],
  );
});

it("names what does not fit", async () => {
  const other = createTokenizer({ ...tinyConfig, latentChannels: 16 }, 1);
  await expect(startFrom(createTokenizer(tinyConfig, 2), other, "old.pt")).rejects.toThrow(
    /old\.pt: these weights belong to another model:\s+branches\.visual\.head/,
  );
});
