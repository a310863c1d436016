import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readExported } from "@fqgan/onnx/export";
import { createTokenizer, saveTokenizer } from "@fqgan/tokenizer";
import { beforeAll, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import {
  temporaryFolder,
  tinyConfig,
  writeTinyPicture,
  writeTinyTokenizer,
} from "../testing/tiny.js";

const folder = temporaryFolder();
const tokenizer = join(folder, "tiny.safetensors");
const pictures = join(folder, "pictures");
beforeAll(async () => {
  await writeTinyTokenizer(tokenizer);
  mkdirSync(join(pictures, "stripes"), { recursive: true });
  for (const width of [16, 20])
    await writeTinyPicture(join(pictures, "stripes", `${width}.png`), { width, height: 16 });
});

const onnx = (out: string, ...more: string[]) =>
  fqgan("export", "onnx", join(folder, out), "--images", "2", "--data", pictures, ...more);

it("writes files with a manifest, and says how exact they are", async () => {
  const { code, stdout, stderr } = await onnx("out", "--from", tokenizer);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(`${tokenizer}, weights as float32`);
  expect(stdout).toMatch(/^encoder\.onnx +\d+ kB {2}latents within \S+$/m);
  expect(stdout).toMatch(/^quantizer\.onnx .* {2}0 of 256 codes differ$/m);
  expect(stdout).toMatch(/2 images from end to end: .*\n0 of 256 codes differ/);
  const out = join(folder, "out");
  const { tokenizer: facts } = readExported(out);
  for (const file of Object.values(facts.files))
    expect(readFileSync(join(out, file!.file)).length).toBe(file!.bytes);
  expect(readdirSync(out).sort()).toEqual([
    "codebooks.onnx",
    "decoder.onnx",
    "encoder.onnx",
    "fqgan.json",
    "quantizer.onnx",
  ]);
});

it("prints JSON, stores fewer bits and takes batches", async () => {
  const { code, stdout } = await onnx(
    "half",
    ...["--from", tokenizer, "--precision", "float16", "--batch", "2", "--json"],
  );
  expect(code).toBe(0);
  const { written, manifest, comparison } = JSON.parse(stdout);
  expect(written).toBe(join(folder, "half"));
  expect(manifest).toMatchObject({ precision: "float16", batch: 2, preset: tokenizer });
  expect(comparison.tokenizer.images).toBe(2);
  expect(comparison.tokenizer.files.map(({ file }: { file: string }) => file)).toEqual([
    "encoder",
    "quantizer",
    "codebooks",
    "decoder",
  ]);
});

it("says that continuous latents have no codes", async () => {
  const quantizer = { name: "gaussian", dimensions: 3, weight: 0.01 };
  const codebooks = { visual: { quantizer, adapter: { name: "none" } } };
  const file = join(folder, "kl.safetensors");
  await saveTokenizer(file, createTokenizer({ ...tinyConfig, codebooks }, 1));
  const { code, stdout } = await onnx("kl", "--from", file);
  expect(code).toBe(0);
  expect(stdout).toContain("no codes: its latents are continuous");
  expect(stdout).not.toContain("quantizer.onnx");
});

it("refuses to overwrite, and what it can't do", async () => {
  const refusal = async (...parameters: string[]) => {
    const { code, stdout, stderr } = await fqgan("export", "onnx", ...parameters);
    expect([code, stdout]).toEqual([2, ""]);
    return stderr;
  };
  expect(await refusal(folder, "--from", tokenizer)).toContain("expected a new folder, it exists");
  const out = join(folder, "never");
  expect(await refusal(out, "--from", tokenizer, "--generator")).toContain("leave out --from");
  expect(await refusal(out, "--from", tokenizer, "--precision", "int3")).toContain("int8");
  expect(await refusal(out, "--from", tokenizer, "--batch", "0")).toContain("above 0");
  expect(existsSync(out)).toBe(false);
});
