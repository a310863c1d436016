import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostTensor } from "@fqgan/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CodesShard,
  codesBatch,
  cropsOf,
  decodeShard,
  encodeShard,
  readCodes,
  readCodesHeader,
  shardPath,
} from "./codes-file.js";
import { heldOutLoss } from "./held-out-loss.js";

const header = {
  vocabularies: { visual: 99, semantic: 99 },
  grid: [2, 1],
  classes: ["a", "b"],
  tokenizerHash: "abc",
} as const;

/** `count` images of two crops and two positions; every number says where it belongs. */
function shard(start: number, count: number, total = 5): CodesShard {
  const rows = Int32Array.from({ length: count * 4 }, (_, i) => 4 * start + i);
  return {
    ...header,
    split: "train",
    start,
    total,
    codes: {
      visual: hostTensor(rows, [count, 2, 2]),
      semantic: hostTensor(
        rows.map((code) => code + 50),
        [count, 2, 2],
      ),
    },
    labels: hostTensor(Int32Array.from({ length: count }, (_, i) => (start + i) % 2)),
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-codes-"));
  mkdirSync(join(folder, "codes"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (index: number, one: CodesShard) =>
  writeFileSync(shardPath(folder, one.split, index), encodeShard(one));

describe("codes", () => {
  it("are joined from their shards, with the order of codebooks", () => {
    write(0, shard(0, 3));
    write(1, shard(3, 2));
    write(0, { ...shard(0, 1, 1), split: "test" });
    const codes = readCodes(folder);
    expect(Object.keys(codes.vocabularies)).toEqual(["visual", "semantic"]);
    expect(codes.splits.train!.codes.visual!.shape).toEqual([5, 2, 2]);
    expect([...codes.splits.train!.codes.visual!.data]).toEqual([...Array(20).keys()]);
    expect([...codes.splits.train!.labels.data]).toEqual([0, 1, 0, 1, 0]);
    expect(cropsOf(codes.splits.train!)).toBe(2);
    expect(codes.splits.test!.labels.shape).toEqual([1]);
    expect(readCodesHeader(folder)).toEqual(header);
  });

  it("are refused where a shard is missing, with what to do", () => {
    write(0, shard(0, 3));
    expect(() => readCodes(folder)).toThrow("expected the codes of 5 images, got 3; the same");
    write(1, shard(4, 1));
    expect(() => readCodes(folder)).toThrow(
      "expected a shard that starts at image 3, got one at 4",
    );
    rmSync(join(folder, "codes"), { recursive: true });
    expect(() => readCodes(folder)).toThrow("expected a folder of codes, found none");
  });

  it("refuse another file by name", () => {
    expect(() => decodeShard(new Uint8Array(4), "x.safetensors")).toThrow(/^x\.safetensors/);
  });

  it("are taken by image and crop, the same crop of every codebook", () => {
    const batch = codesBatch(shard(0, 3), [2, 0], (i) => i);
    expect([...batch.codes.visual!.data]).toEqual([8, 9, 2, 3]);
    expect([...batch.codes.semantic!.data]).toEqual([58, 59, 52, 53]);
    expect([...batch.labels.data]).toEqual([0, 0]);
  });
});

it("a held-out loss is the mean over images, whatever the batch size", async () => {
  const perImage = [1, 10, 100];
  // as a trainer does: the mean over the rows of one batch of constant size
  const lossesOf = async (batch: ReturnType<typeof codesBatch>) => {
    const firsts = batch.codes.visual!.data.filter((_, i) => i % 2 === 0);
    const losses = Array.from(firsts, (first) => perImage[first / 4]!);
    return { loss: losses.reduce((sum, value) => sum + value, 0) / losses.length };
  };
  for (const batchSize of [1, 2, 3, 4, 7]) {
    const { loss } = await heldOutLoss(lossesOf, shard(0, 3), batchSize);
    expect(loss).toBeCloseTo(37, 10);
  }
});
