import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { decodeNpy, encodeNpy } from "./npy.js";
import { decodeNpz, encodeNpz } from "./npz.js";
import { openNpz } from "./npz-file.js";

const arrays = {
  mu: { shape: [3], data: Float64Array.of(1.5, -2, 1e-300) },
  sigma: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  count: { shape: [], data: Int32Array.of(7) },
};

describe("npy", () => {
  it("starts its values at a multiple of 64 bytes, as NumPy does", () => {
    const bytes = encodeNpy(arrays.mu);
    expect(bytes.length).toBe(64 * 2 + 24);
    expect(new TextDecoder("latin1").decode(bytes.subarray(10, 69))).toContain(
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
    );
  });
  it("names what is wrong", () => {
    expect(() => decodeNpy(Uint8Array.of(1, 2, 3), "a.npy")).toThrow(/a\.npy: expected a \.npy/);
    const cut = encodeNpy(arrays.sigma).subarray(0, 140);
    expect(() => decodeNpy(cut, "b.npy")).toThrow(/b\.npy: expected 24 bytes .* got 12/);
    const fortran = encodeNpy(arrays.sigma);
    fortran.set(
      new TextEncoder().encode("True, "),
      new TextDecoder("latin1").decode(fortran).indexOf("False,"),
    );
    expect(() => decodeNpy(fortran, "c.npy")).toThrow(/expected a C-order array/);
  });
});

describe("npz", () => {
  it("comes back as it was", () => {
    expect(decodeNpz(encodeNpz(arrays), "x.npz")).toEqual(arrays);
  });
  it("is the same file for the same arrays", () => {
    expect(encodeNpz(arrays)).toEqual(encodeNpz(arrays));
  });
  it("reads deflated members", () => {
    const stored = encodeNpz({ mu: arrays.mu });
    const npy = encodeNpy(arrays.mu);
    const packed = deflateRawSync(npy);
    const local = stored.slice(0, 30 + 6);
    const directory = stored.slice(36 + npy.length);
    const view = new DataView(directory.buffer);
    view.setUint16(10, 8, true);
    view.setUint32(20, packed.length, true);
    view.setUint32(directory.length - 6, 36 + packed.length, true);
    const bytes = Uint8Array.from([...local, ...packed, ...directory]);
    expect(decodeNpz(bytes, "x.npz")).toEqual({ mu: arrays.mu });
  });
  it("names a file that is none", () => {
    expect(() => decodeNpz(new Uint8Array(40), "x.npz")).toThrow(/x\.npz: expected an \.npz file/);
  });
});

describe("openNpz", () => {
  const folder = mkdtempSync(join(tmpdir(), "npz-"));
  const path = join(folder, "images.npz");
  const data = Uint8Array.from({ length: 7 * 400 * 300 }, (_, i) => i % 251);
  writeFileSync(path, encodeNpz({ ...arrays, images: { shape: [7, 400, 300], data } }));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("reads one array of many, and its shape", async () => {
    const file = await openNpz(path);
    expect(file.names).toEqual(["mu", "sigma", "count", "images"]);
    expect(await file.shape("images")).toEqual([7, 400, 300]);
    expect(await file.read("sigma")).toEqual(arrays.sigma);
    await expect(file.read("nu")).rejects.toThrow(/expected an array nu, got mu, sigma/);
  });
  it("hands out rows a few at a time", async () => {
    const parts = [];
    for await (const part of (await openNpz(path)).rows("images", 3)) parts.push(part);
    expect(parts.map(({ shape }) => shape[0])).toEqual([3, 3, 1]);
    const together = parts.flatMap((part) => [...(part.data as Uint8Array)]);
    expect(Uint8Array.from(together)).toEqual(data);
  });
  it("says so when there is no such file", async () => {
    await expect(openNpz(join(folder, "none.npz"))).rejects.toThrow(/found nothing to read/);
  });
});
