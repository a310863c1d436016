import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors, hostTensor } from "@fqgan/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CodesShard,
  codesBatch,
  codesInParts,
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
  it("are found in their shards, with the order of codebooks", () => {
    write(0, shard(0, 3));
    write(1, shard(3, 2));
    write(0, { ...shard(0, 1, 1), split: "test" });
    const codes = readCodes(folder);
    expect(Object.keys(codes.vocabularies)).toEqual(["visual", "semantic"]);
    const { train, test } = codes.splits;
    expect(train).toMatchObject({ count: 5, crops: 2, positions: { visual: 2, semantic: 2 } });
    const visual = [...codesInParts(train!, "visual")].flatMap((part) => [...part]);
    expect(visual).toEqual([...Array(20).keys()]);
    expect([...train!.labels.data]).toEqual([0, 1, 0, 1, 0]);
    expect(test!.count).toBe(1);
    expect(readCodesHeader(folder)).toEqual(header);
  });

  it("are taken by image and crop across shards, the same crop of every codebook", () => {
    write(0, shard(0, 3));
    write(1, shard(3, 2));
    const batch = codesBatch(readCodes(folder).splits.train!, [4, 2, 0], (i) => i % 2);
    expect([...batch.codes.visual!.data]).toEqual([16, 17, 10, 11, 0, 1]);
    expect([...batch.codes.semantic!.data]).toEqual([66, 67, 60, 61, 50, 51]);
    expect([...batch.labels.data]).toEqual([0, 0, 0]);
  });

  it("are read as earlier versions wrote them: all splits in one file, one crop", () => {
    rmSync(join(folder, "codes"), { recursive: true });
    const rows = (first: number, count: number) =>
      hostTensor(
        Int32Array.from({ length: 2 * count }, (_, i) => first + i),
        [count, 2],
      );
    const tensors = {
      "train.labels": hostTensor(Int32Array.of(1, 0)),
      "train.codes.visual": rows(0, 2),
      "train.codes.semantic": rows(50, 2),
      "test.labels": hostTensor(Int32Array.of(1)),
      "test.codes.visual": rows(20, 1),
      "test.codes.semantic": rows(70, 1),
    };
    const metadata = { format: "fqgan-codes", version: "1", header: JSON.stringify(header) };
    writeFileSync(join(folder, "codes.safetensors"), encodeSafetensors({ tensors, metadata }));
    expect(readCodesHeader(folder)).toEqual(header);
    const { train, test } = readCodes(folder).splits;
    expect([train!.count, train!.crops, test!.count]).toEqual([2, 1, 1]);
    const batch = codesBatch(train!, [1]);
    expect([[...batch.codes.visual!.data], [...batch.codes.semantic!.data]]).toEqual([
      [2, 3],
      [52, 53],
    ]);
    expect([...codesBatch(test!, [0]).labels.data]).toEqual([1]);
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
    const path = shardPath(folder, "train", 0);
    writeFileSync(path, new Uint8Array(4));
    expect(() => readCodes(folder)).toThrow(`${path}: not a safetensors file`);
    writeFileSync(path, encodeSafetensors({ tensors: {}, metadata: {} }));
    expect(() => readCodes(folder)).toThrow("expected codes (fqgan-codes, version 2), got another");
  });
});

it("a held-out loss is the mean over images, whatever the batch size", async () => {
  write(0, shard(0, 3, 3));
  const split = readCodes(folder).splits.train!;
  const perImage = [1, 10, 100];
  const model = {
    imageLosses: async (batch: ReturnType<typeof codesBatch>) => {
      const firsts = batch.codes.visual!.data.filter((_, i) => i % 2 === 0);
      return { visual: Float64Array.from(firsts, (first) => perImage[first / 4]!) };
    },
  };
  for (const batchSize of [1, 2, 3, 4, 7]) {
    const { means, ofImages } = await heldOutLoss(model, split, { batchSize });
    expect(means).toEqual({ loss: 37, "loss.visual": 37 });
    expect(ofImages).toEqual({ visual: Float64Array.from(perImage) });
    expect((await heldOutLoss(model, split, { batchSize, rows: [2, 0] })).means.loss).toBe(50.5);
  }
});

it("a held-out loss that was stopped goes on with the images that are left", async () => {
  write(0, shard(0, 5));
  const split = readCodes(folder).splits.train!;
  const asked: number[] = [];
  const model = (most: number) => ({
    imageLosses: async (batch: ReturnType<typeof codesBatch>) => {
      const firsts = batch.codes.visual!.data.filter((_, i) => i % 2 === 0);
      if (asked.push(...Array.from(firsts, (first) => first / 4)) > most)
        throw new Error("power cut");
      return { visual: Float64Array.from(firsts, Math.sqrt) };
    },
  });
  const keep = { what: "a generator", folder: join(folder, "evaluation"), everyMs: 0 };
  const measure = (most: number) => heldOutLoss(model(most), split, { batchSize: 2, keep });
  await expect(measure(4)).rejects.toThrow("power cut");
  asked.length = 0;
  const gone = await measure(100);
  expect(asked).toEqual([4, 4]); // the last image, and a copy that fills its batch
  const { forget, ...whole } = await heldOutLoss(model(100), split, { batchSize: 2 });
  expect(gone).toMatchObject(whole);

  asked.length = 0;
  await measure(100);
  expect(asked).toEqual([]);
  gone.forget();
  await measure(100);
  expect(asked).toEqual([0, 1, 2, 3, 4, 4]);
});
