import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGenerator, exportWeights } from "@fqgan/ar-generator";
import { createKey, encodePytorch, readVariables } from "@fqgan/tensor";
import {
  createTokenizer,
  exportFqgan,
  loadTokenizer,
  saveTokenizer,
  tokenizerHash,
} from "@fqgan/tokenizer";
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

  it("take a generator, with the tokenizer that it belongs to, as a run that draws", async () => {
    const generator = createGenerator(
      {
        vocabularies: { visual: 16, semantic: 16 },
        grid: [8, 8],
        classes: 20,
        width: 32,
        layers: 1,
        heads: 2,
        feedForwardMultiple: 8,
        head: { name: "factorized", layers: 1 },
      },
      createKey(3),
    );
    const own = await readVariables(generator.namedVariables());
    const file = join(folder, "far_b.pt");
    writeFileSync(
      file,
      encodePytorch({ model: exportWeights(generator.config, own, "far"), steps: 1 }),
    );
    const runs = join(folder, "runs");
    const run = (...parameters: string[]) => fqgan("--runs", runs, ...parameters);
    const wrong: [string[], string][] = [
      [[], "a generator's codes mean nothing without the tokenizer that it was trained with"],
      [["--tokenizer", tokenizer, "--out", "x"], "is a generator, which becomes a run in"],
      [
        ["--tokenizer", join(folder, "single.safetensors")],
        "expected the names of its 2 codebooks",
      ],
      [["--tokenizer", join(folder, "larger.safetensors")], "codes of another tokenizer: expected"],
    ];
    const { visual } = tinyConfig.codebooks;
    const quantizer = { name: "vq", size: 32, dimensions: 4 };
    const others = {
      single: { visual: visual! },
      larger: { visual: { ...visual!, quantizer }, semantic: { ...visual!, quantizer } },
    };
    for (const [name, codebooks] of Object.entries(others))
      await saveTokenizer(
        join(folder, `${name}.safetensors`),
        createTokenizer({ ...tinyConfig, codebooks }),
      );
    for (const [parameters, message] of wrong) {
      const { code, stderr } = await run("import", file, "--heads", "2", ...parameters);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    const given = ["import", file, "--heads", "2", "--tokenizer", tokenizer];
    const { code, stdout } = await run(...given, "--json");
    expect(code).toBe(0);
    const hash = await tokenizerHash(await loadTokenizer(tokenizer));
    const imported = JSON.parse(stdout);
    expect(imported).toMatchObject({ isKnown: false, tokenizerHash: hash, grid: [8, 8] });
    expect((await run(...given)).stdout).toMatch(
      /^generator · 20 classes .* imported before\nrun /,
    );
    const out = join(folder, "drawn");
    const draw = ["generate", "--from", imported.id, "--batch", "2", "--out", out];
    const drawn = await run(...draw, "--class", "19", "--count", "2");
    expect(drawn.code).toBe(0);
    expect(readdirSync(out)).toEqual(["19-000.png", "19-001.png"]);
    const measured = await run(...draw, "--class", "1", "--count", "1", "--measure", "4");
    expect(measured.stderr).toContain("needs the codes and images that a generator was trained on");
    const evaluated = await run("evaluate", "generation", imported.id);
    expect(evaluated.stderr).toContain("compares it with images of yours (--real)");
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
