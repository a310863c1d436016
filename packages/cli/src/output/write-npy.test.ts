import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/tiny.js";
import { npyHeader, writeNpy } from "./write-npy.js";

const folder = temporaryFolder();

it("writes the header that NumPy reads, and the values aligned after it, part by part", () => {
  const path = join(folder, "codes.npy");
  const parts = [Int32Array.of(1, 2, 3), Int32Array.of(4, 5, 6)];
  writeNpy(path, { dtype: "int32", shape: [2, 3], parts });
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\u0093NUMPY\u0001\u0000");
  const length = bytes.readUInt16LE(8);
  expect((10 + length) % 64).toBe(0);
  const header = bytes.subarray(10, 10 + length).toString();
  expect(header).toMatch(/^\{'descr': '<i4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  expect(bytes.readInt32LE(10 + length + 20)).toBe(6);
  expect(bytes.length).toBe(10 + length + 24);
});

it("writes a vector's shape as a tuple of one", () => {
  const text = Buffer.from(npyHeader({ dtype: "float32", shape: [3] })).toString("latin1");
  expect(text).toContain("'descr': '<f4'");
  expect(text).toContain("'shape': (3,),");
});

it("says what to do where it can't write", () => {
  const array = { dtype: "int32", shape: [0], parts: [] } as const;
  expect(() => writeNpy(join(folder, "none", "a.npy"), array)).toThrow(
    /a\.npy: can't be written .*give another folder with --npy/,
  );
});
