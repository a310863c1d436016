import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadExtractor } from "@fqgan/features";
import { createTokenizer } from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import {
  temporaryFolder,
  tinyConfig,
  writeTinyPicture,
  writeTinyTokenizer,
} from "../testing/tiny.js";
import { imagesBelow, measure } from "./verify-official.js";

const folder = temporaryFolder();
const data = join(folder, "val");
const tokenizer = join(folder, "tiny.safetensors");
beforeAll(async () => {
  mkdirSync(join(data, "n01440764"), { recursive: true });
  await writeTinyTokenizer(tokenizer);
  for (const name of ["n01440764/b.png", "a.png", "c.png", "d.png", "e.png"])
    await writeTinyPicture(join(data, name), { width: 20, height: 18 });
});

describe("verify-official", () => {
  it("finds images in folders of classes too", () => {
    const names = ["a.png", "c.png", "d.png", "e.png", "n01440764/b.png"];
    expect(imagesBelow(data)).toEqual(names.map((name) => join(data, name)));
  });

  it("measures every image once, whatever the batch", async () => {
    const measured = (images: string[]) =>
      measure(images, {
        tokenizer: createTokenizer(tinyConfig, 1),
        network: undefined,
        say: () => {},
      });
    const images = imagesBelow(data);
    const { psnr, rfid } = await measured(images);
    expect(rfid).toBeUndefined();
    // all five have the same pixels
    expect(psnr).toBeCloseTo((await measured(images.slice(0, 1))).psnr!, 4);
  });

  it("compares features of images with those of their reconstructions", async () => {
    const tokenizer = createTokenizer(tinyConfig, 1);
    const network = await loadExtractor();
    const images = imagesBelow(data);
    const { rfid } = await measure(images, { tokenizer, network, say: () => {} });
    expect(rfid).toBeGreaterThan(0);
    network.dispose();
  });

  it("says what it needs", async () => {
    const refusal = async (...parameters: string[]) => {
      const { code, stdout, stderr } = await fqgan("verify-official", ...parameters);
      expect([code, stdout]).toEqual([2, ""]);
      return stderr;
    };
    expect(await refusal(tokenizer)).toContain("--data <folder>");
    expect(await refusal(tokenizer, "--data", join(folder, "imagenet-val"))).toMatch(
      /imagenet-val: expected the folder of ImageNet's validation images .*, found nothing/,
    );
    expect(await refusal(tokenizer, "--data", data)).toMatch(
      /expected the weights of a published tokenizer \(FQGAN-Dual 16×.*got FQGAN-Dual 2× at 16×16/,
    );
  });
});
