import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "@fqgan/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTokenizer } from "../index.js";
import { noise, tinyTokenizer } from "../testing/tiny.js";
import { nodeRuntime } from "./node-runtime.js";
import { exportTokenizer } from "./tokenizer.js";
import { readExported, writeExported } from "./write.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-onnx-"));
beforeAll(() => startEngine({ engine: "cpu" }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("writes a folder that opens again, and no folder twice", async () => {
  const tokenizer = tinyTokenizer();
  const exported = await exportTokenizer(tokenizer, { preset: "tiny" });
  const out = join(folder, "out");
  writeExported(out, exported);
  expect(readdirSync(folder)).toEqual(["out"]);
  const manifest = readExported(out);
  expect(manifest).toEqual(exported.manifest);
  const open = await openTokenizer({ manifest, ...(await nodeRuntime(out)) });
  const images = noise(1);
  const codes = await tokenizer.encode(images);
  expect((await open.encode(images.data as Float32Array)).visual).toEqual(codes.visual!.data);
  await open.dispose();
  expect(() => writeExported(out, exported)).toThrow("expected a new folder, it exists");
});

it("says what is wrong with a manifest", () => {
  expect(() => readExported(join(folder, "nowhere"))).toThrow("expected a manifest");
  writeFileSync(join(folder, "fqgan.json"), "{");
  expect(() => readExported(folder)).toThrow("expected JSON");
});
