import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { auditedTokenizer, openImages } from "@fqgan/experiment";
import { createTokenizer } from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import type { Globals } from "../program.js";
import { fqgan } from "../testing/fqgan.js";
import {
  temporaryFolder,
  tinyConfig,
  writeTinyPicture,
  writeTinyTokenizer,
} from "../testing/tiny.js";
import { measure } from "./verify-official.js";

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
  const measured = async (seed: number, limit?: number) =>
    measure(
      { quiet: true } as Globals,
      await openImages(data, { limit, size: tinyConfig.image?.size }),
      {
        tokenizer: await auditedTokenizer(createTokenizer(tinyConfig, seed), "tiny"),
        inception: undefined,
      },
    );

  it("measures every image once, whatever the batch, in folders of classes too", async () => {
    const { images, psnr, rfid } = await measured(1);
    expect(images).toBe(5);
    expect(rfid).toBeUndefined();
    // all five have the same pixels
    const one = await measured(1, 1);
    expect(one.images).toBe(1);
    expect(psnr).toBeCloseTo(one.psnr!, 4);
    expect((await measured(2)).psnr).not.toBeCloseTo(psnr!, 4);
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
