import type { Split } from "@fqgan/data";
import { describe, expect, it } from "vitest";
import { gridColumns, pictureGrid } from "../media/grid.js";
import { codeColour, tokenMap } from "../media/token-map.js";
import { describeCodebooks } from "./describe.js";
import { proportionalLabels } from "./judge-samples.js";
import { choosePictures } from "./tokenizer-pictures.js";

describe("pictures", () => {
  it("gives every code a colour of its own, the same everywhere", () => {
    const colours = Array.from({ length: 256 }, (_, code) => codeColour(code).join());
    expect(new Set(colours).size).toBeGreaterThan(250);
    const map = tokenMap(Int32Array.of(0, 1, 2, 0), [2, 2], 8);
    expect([map.width, map.height]).toEqual([8, 8]);
    expect([...map.data.subarray(0, 3)]).toEqual(codeColour(0));
    expect([...map.data.subarray(-3)]).toEqual(codeColour(0));
  });

  it("lays pictures out without gaps, so that cells can be cut out again", async () => {
    const picture = { width: 4, height: 4, channels: 3, data: new Uint8Array(48) };
    const grid = await pictureGrid(new Array(6).fill(picture), {
      name: "g",
      kind: "inputs",
      caption: "",
      step: 0,
      columns: gridColumns(6),
    });
    expect([grid.width, grid.height, grid.columns, grid.rows]).toEqual([24, 4, 6, 1]);
    expect(gridColumns(16)).toBe(8);
  });

  it("shows every class before any class twice", () => {
    const labels = Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 2);
    const chosen = choosePictures({ labels } as unknown as Split, 5);
    expect(Array.from(chosen.subarray(0, 3), (i) => labels[i])).toEqual([0, 1, 2]);
    expect(new Set(chosen).size).toBe(chosen.length);
  });

  it("shows as many as were asked for, spread over each class, all of a small one", () => {
    const labels = Int32Array.from({ length: 20 }, (_, i) => (i < 2 ? 0 : 1));
    const split = { labels } as unknown as Split;
    const chosen = (count: number) => [...choosePictures(split, count)].sort((a, b) => a - b);
    expect(chosen(8)).toEqual([0, 1, 2, 5, 8, 11, 14, 17]);
    expect(chosen(99)).toEqual([...labels.keys()]);
  });
});

it("draws classes in the proportions of a split", () => {
  const labels = Int32Array.of(2, 0, 0, 0, 0, 1, 1, 0);
  const drawn = [...proportionalLabels({ labels }, 16)];
  expect([0, 1, 2].map((label) => drawn.filter((one) => one === label).length)).toEqual([10, 4, 2]);
});

it("describes codebooks for ids in a few words", () => {
  const vq = (size: number) => ({ quantizer: { name: "vq", size } });
  expect(describeCodebooks({ visual: vq(256) })).toBe("vq 256");
  expect(describeCodebooks({ visual: vq(256), semantic: vq(256) })).toBe("vq 256x2");
  expect(describeCodebooks({ visual: vq(256), semantic: { quantizer: { name: "fsq" } } })).toBe(
    "vq 256 fsq",
  );
});
