import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKey, encodeSafetensors, readVariables } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { requireSameCodes } from "./codes.js";
import { decodeGenerator, encodeGenerator, loadGenerator, saveGenerator } from "./load.js";
import { randomGenerator, tiny } from "./testing/tiny.js";
import { createGenerator } from "./transformer.js";

describe("checkpoints", () => {
  it("hold everything that a generator is", async () => {
    const generator = randomGenerator({ keyValueHeads: 1 });
    const bytes = await encodeGenerator({ generator, tokenizerHash: "abc" });
    const loaded = decodeGenerator(bytes, "far.safetensors");
    expect(loaded.tokenizerHash).toBe("abc");
    expect(loaded.generator.config).toEqual(generator.config);
    expect(await readVariables(loaded.generator.namedVariables())).toEqual(
      await readVariables(generator.namedVariables()),
    );
  });

  it("are files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fqgan-generator-"));
    try {
      const generator = randomGenerator();
      const path = join(folder, "far.safetensors");
      await saveGenerator(path, { generator, tokenizerHash: "abc" });
      const loaded = await loadGenerator(path);
      expect(loaded.tokenizerHash).toBe("abc");
      expect(await readVariables(loaded.generator.namedVariables())).toEqual(
        await readVariables(generator.namedVariables()),
      );
      await expect(loadGenerator(join(folder, "none"))).rejects.toThrow(
        "expected a generator's checkpoint, got no such file",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("can hold averaged weights instead", async () => {
    const generator = randomGenerator();
    const weights = await readVariables(randomGenerator({}, 2).namedVariables());
    const bytes = await encodeGenerator({ generator, tokenizerHash: "" }, weights);
    const { generator: loaded } = decodeGenerator(bytes, "ema");
    expect(await readVariables(loaded.namedVariables())).toEqual(weights);
  });

  it("refuse files of something else", async () => {
    const written = (metadata: Record<string, string>) =>
      encodeSafetensors({ tensors: {}, metadata });
    const open = (metadata: Record<string, string>) => () =>
      decodeGenerator(written(metadata), "x.safetensors");
    const format = "fqgan-checkpoint";
    expect(open({})).toThrow("x.safetensors: expected a generator's checkpoint with format");
    expect(open({ format, version: "1", kind: "tokenizer" })).toThrow('got "tokenizer"');
    expect(open({ format, version: "2", kind: "generator" })).toThrow('version "1", got "2"');
    expect(open({ format, version: "1", kind: "generator" })).toThrow("its config is not JSON");
    const config = JSON.stringify(createGenerator(tiny).config);
    expect(open({ format, version: "1", kind: "generator", config })).toThrow(
      "these weights belong to another model:\n  missing classEmbedding.table [4,16]",
    );
  });
});

describe("requireSameCodes", () => {
  const own = {
    vocabularies: { visual: 8, semantic: 4 },
    grid: [2, 2],
    tokenizerHash: "a",
  } as const;
  it.each([
    [{ vocabularies: { visual: 8, semantic: 8 } }, "expected codebooks visual 8, semantic 4, got"],
    [{ vocabularies: { semantic: 4, visual: 8 } }, "got semantic 4, visual 8"],
    [{ grid: [4, 4] as const }, "expected grid 2×2, got 4×4"],
    [{ tokenizerHash: "b" }, "expected tokenizer a, got b"],
  ])("refuses %j", (changes, message) => {
    expect(() => requireSameCodes(own, { ...own, ...changes }, "generate")).toThrow(message);
  });
  it("accepts the same tokenizer, or one whose hash is not known", () => {
    requireSameCodes(own, { ...own }, "generate");
    requireSameCodes(own, { vocabularies: own.vocabularies, grid: [2, 2] }, "generate");
  });
});

describe("createGenerator", () => {
  it("is a function of its key", async () => {
    const weights = async (seed: number) =>
      readVariables(createGenerator(tiny, createKey(seed)).namedVariables());
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(1)).not.toEqual(await weights(2));
  });
});
