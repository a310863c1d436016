import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePytorch } from "@fqgan/tensor";
import { createTokenizer, exportFqgan, loadTokenizer, tokenizerHash } from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import { temporaryFolder, tinyConfig, writeTinyTokenizer } from "../testing/tiny.js";

const folder = temporaryFolder();
const tokenizer = join(folder, "tiny.safetensors");
const told = ["--groups", "4", "--heads", "2"];
beforeAll(() => writeTinyTokenizer(tokenizer));

describe("export and import", () => {
  it.each(["out.pt", "out.safetensors"])(
    "go to %s by PyTorch's names and come back",
    async (name) => {
      const file = join(folder, name);
      const out = await fqgan("export", file, "--from", tokenizer);
      expect(out).toMatchObject({ code: 0, stderr: "" });
      expect(out.stdout).toMatch(
        /^FQGAN-Dual · 16×16 → 8×8 · codebooks visual 16, semantic 16 · 512 bits/,
      );
      const back = join(folder, `${name}.back.safetensors`);
      const imported = await fqgan("import", file, ...told, "--out", back, "--json");
      expect(imported.code).toBe(0);
      expect(JSON.parse(imported.stdout)).toMatchObject({ written: back, model: "FQGAN-Dual" });
      const [ours, theirs] = [await loadTokenizer(tokenizer), await loadTokenizer(back)];
      expect(await exportFqgan(theirs)).toEqual(await exportFqgan(ours));
    },
  );

  it("chooses averaged weights", async () => {
    const [model, ema] = [createTokenizer(tinyConfig, 1), createTokenizer(tinyConfig, 2)];
    const file = join(folder, "averaged.pt");
    const weights = { model: await exportFqgan(model), ema: await exportFqgan(ema) };
    writeFileSync(file, encodePytorch({ ...weights, steps: 3 }));
    const hashOf = async (...more: string[]) => {
      const out = join(folder, `${more.join("")}chosen.safetensors`);
      await fqgan("import", file, ...told, "--out", out, ...more);
      return tokenizerHash(await loadTokenizer(out));
    };
    expect(await hashOf()).not.toBe(await hashOf("--weights", "ema"));
  });

  it("refuse what they can't do", async () => {
    const refusal = async (...parameters: string[]) => {
      const { code, stdout, stderr } = await fqgan(...parameters);
      expect([code, stdout]).toEqual([2, ""]);
      return stderr;
    };
    expect(await refusal("export", join(folder, "x.onnx"), "--from", tokenizer)).toContain(
      "expected a name that ends with .pt, .pth, .safetensors",
    );
    expect(await refusal("import", tokenizer, "--out", tokenizer)).toContain(
      "expected a new file, it exists",
    );
    const hostile = join(folder, "hostile.pt");
    const fixtures = "../../../tensor/src/checkpoint/pytorch/fixtures";
    writeFileSync(hostile, readFileSync(join(import.meta.dirname, fixtures, "hostile-legacy.pth")));
    expect(await refusal("import", hostile, "--out", join(folder, "y"))).toContain(
      "it wants to run posix.system, which is refused",
    );
  });
});
