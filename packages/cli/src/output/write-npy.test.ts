import { hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { encodeNpy } from "./write-npy.js";

it("writes the header that NumPy reads, and the values aligned after it", () => {
  const bytes = Buffer.from(encodeNpy(hostTensor(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3])));
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\u0093NUMPY\u0001\u0000");
  const length = bytes.readUInt16LE(8);
  expect((10 + length) % 64).toBe(0);
  const header = bytes.subarray(10, 10 + length).toString();
  expect(header).toMatch(/^\{'descr': '<i4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  expect(bytes.readInt32LE(10 + length + 20)).toBe(6);
  expect(bytes.length).toBe(10 + length + 24);
});

it("writes a vector's shape as a tuple of one", () => {
  const text = Buffer.from(encodeNpy(hostTensor(new Float32Array(3)))).toString("latin1");
  expect(text).toContain("'descr': '<f4'");
  expect(text).toContain("'shape': (3,),");
});
