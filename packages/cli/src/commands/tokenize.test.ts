import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeImage } from "@fqgan/image";
import { decodeNpy } from "@fqgan/metrics";
import { beforeAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import { temporaryFolder, writeTinyPicture, writeTinyTokenizer } from "../testing/tiny.js";

const folder = temporaryFolder();
const tokenizer = join(folder, "tiny.safetensors");
const pictures = join(folder, "pictures");
const wide = join(pictures, "wide.png");
beforeAll(async () => {
  mkdirSync(pictures);
  await writeTinyTokenizer(tokenizer);
  await writeTinyPicture(wide, { width: 40, height: 24 });
  await writeTinyPicture(join(pictures, "small.png"), { width: 16, height: 16 });
});

describe("tokenize and detokenize", () => {
  it("prints JSON, and brings back what reconstruct shows", async () => {
    const { code, stdout } = await fqgan("tokenize", wide, "--from", tokenizer, "--fit", "tile");
    expect(code).toBe(0);
    const { images, tokenizer: origin } = JSON.parse(stdout);
    expect(origin.from).toBe(tokenizer);
    expect(images[0]).toMatchObject({ image: wide, width: 40, height: 24, tile: 16 });
    expect(images[0].codes.visual).toHaveLength(images[0].places.length);
    expect(images[0].codes.visual[0]).toHaveLength(64);

    const file = join(folder, "codes.json");
    writeFileSync(file, stdout);
    const back = await fqgan("detokenize", file, "--out", join(folder, "back"));
    expect(back).toMatchObject({ code: 0, stdout: `${join(folder, "back", "wide.png")}\n` });
    const decoded = await decodeImage(join(folder, "back", "wide.png"));
    await fqgan("reconstruct", wide, "--from", tokenizer, "--fit", "tile", "--out", folder);
    const sheet = await decodeImage(join(folder, "wide.fqgan.png"));
    // the second picture of the sheet, its pixels enlarged six times
    for (let y = 0; y < 24; y++)
      for (let x = 0; x < 40; x++) {
        const at = ((2 + 6 * y) * sheet.width + 2 + 242 + 6 * x) * 3;
        const here = (y * 40 + x) * 3;
        expect([...sheet.data.subarray(at, at + 3)]).toEqual([
          ...decoded.data.subarray(here, here + 3),
        ]);
      }
  });

  it("writes NumPy arrays of a folder and reads them again", async () => {
    const out = join(folder, "codes");
    const fit = ["--from", tokenizer, "--fit", "tile"];
    const { stdout } = await fqgan("tokenize", pictures, ...fit, "--out", out);
    expect(stdout.trim().split("\n")).toEqual(
      ["visual.npy", "semantic.npy", "codes.json"].map((name) => join(out, name)),
    );
    const visual = decodeNpy(readFileSync(join(out, "visual.npy")), "visual.npy");
    const inline = JSON.parse((await fqgan("tokenize", pictures, ...fit)).stdout);
    const rows = inline.images.flatMap(
      ({ codes }: { codes: { visual: number[][] } }) => codes.visual,
    );
    expect(visual.shape).toEqual([rows.length, 64]);
    expect([...visual.data]).toEqual(rows.flat());
    const { stdout: files } = await fqgan("detokenize", out, "--out", join(folder, "again"));
    expect(files.trim().split("\n")).toHaveLength(2);
  });

  it("refuses codes of another tokenizer, codes out of range, and other files", async () => {
    const file = join(folder, "some.json");
    await fqgan("tokenize", wide, "--from", tokenizer, "--out", file);
    const other = await writeTinyTokenizer(join(folder, "other.safetensors"), 2);
    const foreign = await fqgan("detokenize", file, "--from", other);
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toMatch(
      /expected codes of .*other\.safetensors .*, got those of another/,
    );

    const document = JSON.parse(readFileSync(file, "utf8"));
    const refusal = async (change: (image: Record<string, unknown>) => void) => {
      const changed = structuredClone(document);
      change(changed.images[0]);
      writeFileSync(join(folder, "bad.json"), JSON.stringify(changed));
      const { code, stderr } = await fqgan("detokenize", join(folder, "bad.json"), "--out", folder);
      expect(code).toBe(2);
      return stderr;
    };
    expect(
      await refusal((image) => {
        (image.codes as { visual: number[][] }).visual[0]![0] = 16;
      }),
    ).toMatch(/codes\.visual/);
    expect(
      await refusal((image) => {
        image.places = [[5, 0]];
      }),
    ).toContain("the tile at 5, 0 reaches beyond 16×16");
    expect(await refusal((image) => delete image.tile)).toMatch(/images\[?\.?0\]?\.tile/);
    expect((await fqgan("detokenize", wide)).stderr).toContain(
      "expected the JSON of `fqgan tokenize`",
    );
  });
});
