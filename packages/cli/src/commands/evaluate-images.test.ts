import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpz } from "@fqgan/metrics";
import { beforeAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import { temporaryFolder, writeTinyPicture, writeTinyTokenizer } from "../testing/tiny.js";

const folder = temporaryFolder();
const tokenizer = join(folder, "tiny.safetensors");
const [real, fake] = [join(folder, "real"), join(folder, "fake")];
beforeAll(async () => {
  await writeTinyTokenizer(tokenizer);
  for (const [i, side] of [real, fake].entries()) {
    mkdirSync(side);
    for (let n = 0; n < 12; n++)
      await writeTinyPicture(join(side, `${n}.png`), { width: 16 + i, height: 16 });
  }
});

const json = async (...parameters: string[]) => {
  const { code, stdout, stderr } = await fqgan(...parameters, "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

interface Printed {
  readonly name: string;
  readonly results: { metric: string; values: Record<string, number>; intervals?: object }[];
}
const metricsOf = (protocols: Printed[]) =>
  protocols.map(({ name, results }) => [name, ...results.map(({ metric }) => metric)]);

describe("evaluate reconstruction", () => {
  it("measures a tokenizer by every protocol, codes among them", async () => {
    const {
      protocols,
      counts,
      tokenizer: name,
    } = await json(
      ...["--quiet", "evaluate", "reconstruction", "--real", real, "--fake", tokenizer],
    );
    expect(name).toBe(tokenizer);
    expect(counts).toEqual({ real: 12, fake: 12 });
    expect(metricsOf(protocols)).toEqual([
      ["pixels", "psnr", "ssim"],
      ["llamagen", "ssim"],
      ["builtin", "fid", "kid", "inception-score", "precision-recall", "density-coverage"],
      ["codes", "codebook-usage", "codebook-usage-window", "bits-per-image"],
    ]);
  });

  it("takes any subset, and prints a table with how it was made", async () => {
    const { code, stdout } = await fqgan(
      ...["--quiet", "evaluate", "reconstruction", "--real", real, "--fake", fake],
      ...["--size", "16", "--protocol", "pixels", "--protocol", "builtin"],
      ...["--metric", "psnr", "--metric", "fid", "--intervals"],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/Pixels\n {2}PSNR ↑ +[\d.∞]+/);
    // twelve images are too few for ten folds of two
    expect(stdout).toMatch(/fid: expected at least 20 real samples, got 12/);
    expect(stdout).toMatch(/builtin-64-v1 [0-9a-f]{16} · 8 bits/);
  });

  it("refuses what it does not know, with what it does", async () => {
    const { code, stderr } = await fqgan(
      ...["evaluate", "reconstruction", "--real", real, "--fake", fake, "--protocol", "adm"],
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /--protocol adm: expected one of pixels, llamagen, builtin; .*--inception/,
    );
  });

  it("names files that it leaves out", async () => {
    const odd = join(folder, "odd");
    mkdirSync(odd);
    for (let n = 0; n < 11; n++)
      await writeTinyPicture(join(odd, `${n}.png`), { width: 16, height: 16 });
    writeFileSync(join(odd, "x.png"), "no picture");
    const { code, stderr } = await fqgan(
      ...["--quiet", "evaluate", "reconstruction", "--real", real, "--fake", odd],
      ...["--protocol", "pixels"],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/left out .*x\.png: expected a PNG, JPEG or WebP image/);
    expect(stderr).toMatch(/1 image left out/);
  });
});

describe("evaluate generation and statistics", () => {
  it("give the same distance from images and from their statistics", async () => {
    const file = join(folder, "real.npz");
    const made = await json("--quiet", "evaluate", "statistics", "--images", real, "--out", file);
    expect(made).toMatchObject({ out: file, protocol: "builtin", count: 12 });
    const { mu, sigma } = decodeNpz(readFileSync(file), file);
    expect([mu?.shape, sigma?.shape]).toEqual([[64], [64, 64]]);
    const distance = async (from: string) => {
      const { protocols } = await json(
        ...["--quiet", "evaluate", "generation", "--real", from, "--fake", fake, "--size", "16"],
        ...["--metric", "fid"],
      );
      return (protocols as Printed[])[0]!.results[0]!.values.fid!;
    };
    expect(await distance(file)).toBeCloseTo(await distance(real), 4);
  });
});

describe("card", () => {
  it("writes one page and prints the same as JSON", async () => {
    const out = join(folder, "card.html");
    const card = await json(
      ...["--quiet", "card", tokenizer, "--images", real, "--out", out, "--pfid", "0.5"],
    );
    expect(card).toMatchObject({ format: "fqgan-tokenizer-card", images: { count: 12 } });
    const names = card.protocols.map(({ name }: { name: string }) => name);
    expect(names).toContain("builtin-perturbed");
    const page = readFileSync(out, "utf8");
    expect(page).toContain("<h1>");
    expect(page).toMatch(/pFID · Built-in judge/);
  });

  it("asks for both halves of an ONNX pair", async () => {
    const { code, stderr } = await fqgan("card", "--encoder", "e.onnx", "--images", real);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--encoder and --decoder: expected both ONNX files, got one/);
  });
});
