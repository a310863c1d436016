import { hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { chunkOf, inChunks } from "./in-chunks.js";

const rows = (count: number) =>
  hostTensor(
    Float32Array.from({ length: 2 * count }, (_, i) => i + 1),
    [count, 2],
  );

it.each([1, 3, 4, 5, 8, 9])("runs %i rows in chunks of 4 of one shape, in order", async (count) => {
  const given = rows(count);
  const shapes: string[] = [];
  const { doubled } = await inChunks({
    count,
    chunk: 4,
    prepare: (from, length) => chunkOf(given, { from, count: length, chunk: 4 }),
    run: async ({ data, shape }) => {
      shapes.push(shape.join());
      return {
        doubled: hostTensor(
          (data as Float32Array).map((x) => 2 * x),
          shape,
        ),
      };
    },
  });
  expect(doubled).toEqual(
    hostTensor(
      (given.data as Float32Array).map((x) => 2 * x),
      [count, 2],
    ),
  );
  expect(shapes).toEqual(new Array(Math.ceil(count / 4)).fill("4,2"));
});

it("prepares a chunk while the one before runs, and fails as the run does", async () => {
  const happened: string[] = [];
  let release = () => {};
  const secondIsPrepared = new Promise<void>((resolve) => {
    release = resolve;
  });
  const run = async (from: number) => {
    happened.push(`start ${from}`);
    await secondIsPrepared; // would wait forever if chunks were prepared one by one
    happened.push(`end ${from}`);
    if (from === 2) throw new Error("the second fails");
    return { x: rows(2) };
  };
  const prepare = (from: number) => {
    happened.push(`prepare ${from}`);
    if (from === 2) release();
    return from;
  };
  await expect(inChunks({ count: 4, chunk: 2, prepare, run })).rejects.toThrow("the second fails");
  expect(happened).toEqual(["prepare 0", "start 0", "prepare 2", "end 0", "start 2", "end 2"]);
});
