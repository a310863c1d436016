import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeImage } from "@fqgan/image";
import { beforeAll, describe, expect, it } from "vitest";
import { fits } from "../pictures/fit.js";
import { fqgan } from "../testing/fqgan.js";
import { temporaryFolder, writeTinyPicture, writeTinyTokenizer } from "../testing/tiny.js";
import { FITS } from "../tokenizer-commands.js";

const folder = temporaryFolder();
const tokenizer = join(folder, "tiny.safetensors");
const picture = join(folder, "cat.png");
beforeAll(async () => {
  await writeTinyTokenizer(tokenizer);
  await writeTinyPicture(picture, { width: 40, height: 24 });
});

const reconstruct = (...more: string[]) =>
  fqgan("reconstruct", picture, "--from", tokenizer, "--out", folder, "--json", ...more);

describe("reconstruct", () => {
  it("crops to the tokenizer's size and says so", async () => {
    const { code, stdout, stderr } = await reconstruct();
    expect(code).toBe(0);
    expect(stderr).toContain("resized and centre-cropped to 16×16");
    const { results } = JSON.parse(stdout);
    expect(results).toMatchObject([{ width: 16, height: 16, fit: "crop", bitsPerPixel: 2 }]);
    expect(results[0].psnr).toBeGreaterThan(0);
    // input, reconstruction and both codebooks alone, enlarged to about 256, with gaps of 2
    const sheet = await decodeImage(results[0].written);
    expect([sheet.width, sheet.height]).toEqual([4 * 258 + 2, 260]);
  });

  it("tiles the whole picture", async () => {
    const { stdout, stderr } = await reconstruct("--fit", "tile", "--overlap", "4");
    expect(stderr).toContain("40×24 and cut into 6 tiles of 16×16, overlapping by at least 4");
    const [result] = JSON.parse(stdout).results;
    expect(result).toMatchObject({ width: 40, height: 24, fit: "tile" });
    expect(result.bitsPerPixel).toBeCloseTo((6 * 512) / (40 * 24));
  });

  it("interpolates positions to a larger crop", async () => {
    const { stdout, stderr } = await reconstruct("--fit", "interpolate");
    expect(stderr).toContain("24×24 instead of 16×16, learned positions interpolated");
    expect(JSON.parse(stdout).results).toMatchObject([{ width: 24, height: 24, bitsPerPixel: 2 }]);
  });

  it("goes on after a file that is no image, and names it", async () => {
    const many = join(folder, "many");
    mkdirSync(many);
    await writeTinyPicture(join(many, "a.png"), { width: 16, height: 16 });
    writeFileSync(join(many, "b.png"), "no picture");
    const { code, stdout, stderr } = await fqgan("reconstruct", many, "--from", tokenizer);
    expect(code).toBe(0);
    expect(stdout).toMatch(/a\.fqgan\.png {2}16×16 \(crop\) {2}PSNR/);
    expect(stderr).toMatch(/left out .*b\.png: expected a PNG, JPEG or WebP image/);
    expect(existsSync(join(many, "a.fqgan.png"))).toBe(true);
  });

  it("keeps apart pictures that are called the same", async () => {
    const other = join(folder, "other");
    mkdirSync(other);
    await writeTinyPicture(join(other, "cat.png"), { width: 16, height: 16 });
    const out = ["--from", tokenizer, "--out", folder, "--json"];
    const { stdout } = await fqgan("reconstruct", picture, other, ...out);
    const written = JSON.parse(stdout).results.map((result: { written: string }) => result.written);
    expect(written).toEqual(["cat.fqgan.png", "cat-2.fqgan.png"].map((name) => join(folder, name)));
  });

  it("has a tokenizer of its own, which tiles", async () => {
    const { code, stdout } = await fqgan("reconstruct", picture, "--out", folder, "--json");
    expect(code).toBe(0);
    const { tokenizer: name, results } = JSON.parse(stdout);
    expect(name).toBe("default");
    // too small for its 64×64: enlarged
    expect(results).toMatchObject([{ width: 107, height: 64, fit: "tile" }]);
  });

  it("refuses a checkpoint that isn't there, and one that is none", async () => {
    const missing = await fqgan("reconstruct", picture, "--from", "nothing.pt");
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toContain(
      "nothing.pt: expected a tokenizer's checkpoint, got no such file",
    );
    const none = await fqgan("reconstruct", picture, "--from", picture);
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain("expected a tokenizer's checkpoint, got an image");
  });
});

it("the command line offers every fit", () => expect(FITS).toEqual(fits.names()));
