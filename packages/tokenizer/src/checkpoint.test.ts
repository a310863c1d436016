import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "@fqgan/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTokenizer } from "./checkpoint.js";
import { hashTokenizer, tokenizerHash } from "./hash.js";
import { loadTokenizer, saveTokenizer } from "./load.js";
import { tinyConfig, tinyImages } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";

const tokenizer = createTokenizer(tinyConfig, 3);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fqgan-tokenizer-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a tokenizer's checkpoint", () => {
  it("comes back as it was, from a file or bytes", async () => {
    const path = join(folder, "tokenizer.safetensors");
    await saveTokenizer(path, tokenizer);
    expect(await readdir(folder)).toEqual(["tokenizer.safetensors"]);
    const loaded = await loadTokenizer(path);
    expect(loaded.config).toEqual(tokenizer.config);
    expect(await tokenizerHash(loaded)).toBe(await tokenizerHash(tokenizer));
    const images = tinyImages(1);
    expect(await loaded.reconstruct(images)).toEqual(await tokenizer.reconstruct(images));
    const again = await loadTokenizer(await encodeTokenizer(loaded));
    expect(await tokenizerHash(again)).toBe(await tokenizerHash(tokenizer));
  });

  it("takes half the space in half precision, and says what it holds", async () => {
    const bytes = await encodeTokenizer(tokenizer, undefined, { floats: "F16" });
    expect(bytes.length).toBeLessThan(0.65 * (await encodeTokenizer(tokenizer)).length);
    const loaded = await loadTokenizer(bytes);
    const images = tinyImages(1);
    const [half, full] = [await loaded.reconstruct(images), await tokenizer.reconstruct(images)];
    for (const [i, value] of half.data.entries())
      expect(Math.abs(value - full.data[i]!)).toBeLessThan(0.02);
    expect(await tokenizerHash(await loadTokenizer(await encodeTokenizer(loaded)))).toBe(
      await tokenizerHash(loaded),
    );
  });

  it("is not damaged by a setting that it was written without", async () => {
    const { tensors, metadata } = decodeSafetensors(await encodeTokenizer(tokenizer), "x");
    const { estimator: _, ...older } = JSON.parse(metadata.config!);
    const hash = await hashTokenizer(older, tensors);
    const bytes = encodeSafetensors({
      tensors,
      metadata: { ...metadata, config: JSON.stringify(older), hash },
    });
    expect((await loadTokenizer(bytes)).config).toEqual(tokenizer.config);
  });

  it("is noticed when its weights were changed", async () => {
    const bytes = await encodeTokenizer(tokenizer);
    bytes[bytes.length - 1]! ^= 1;
    await expect(loadTokenizer(bytes)).rejects.toThrow("the file was changed or damaged");
  });

  const metadata = { format: "fqgan-checkpoint", version: "1", kind: "generator" };
  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(), "got an empty file"],
    ["a broken zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0), "not a complete zip archive"],
    ["a broken old file", Uint8Array.of(0x80, 0x02, 0x8a, 0x0a), "its pickle: it is cut off"],
    ["an image", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0), "got an image"],
    ["text", new TextEncoder().encode("a few words of text"), "not a safetensors file"],
    [
      "a generator",
      encodeSafetensors({ tensors: {}, metadata }),
      'kind "tokenizer", got "generator"',
    ],
    [
      "plain weights",
      encodeSafetensors({ tensors: {}, metadata: {} }),
      'format "fqgan-checkpoint", got none; it holds weights without a config',
    ],
    [
      "a later version",
      encodeSafetensors({
        tensors: {},
        metadata: { ...metadata, kind: "tokenizer", version: "2" },
      }),
      'version "1", got "2"; it was written by another version',
    ],
  ])("is told from %s", async (_, bytes, message) => {
    const path = join(folder, "other");
    await writeFile(path, bytes);
    await expect(loadTokenizer(path)).rejects.toThrow(message);
    await expect(loadTokenizer(path)).rejects.toThrow(path);
  });

  it("must be there", async () => {
    await expect(loadTokenizer(join(folder, "none"))).rejects.toThrow("got no such file");
    await expect(loadTokenizer(folder)).rejects.toThrow("got a folder");
  });
});
