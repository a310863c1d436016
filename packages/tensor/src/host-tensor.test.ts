import { describe, expect, it } from "vitest";
import {
  fetchTensor,
  type HostTensor,
  hostTensor,
  mapTree,
  type Tree,
  toTensor,
} from "./host-tensor.js";

describe("hostTensor", () => {
  it("knows its type from its array and checks the shape", () => {
    expect(hostTensor(Int32Array.of(1, 2)).dtype).toBe("int32");
    expect(hostTensor(Uint8Array.of(1)).dtype).toBe("bool");
    expect(hostTensor(Float32Array.of(1), [])).toEqual({
      dtype: "float32",
      shape: [],
      data: Float32Array.of(1),
    });
    expect(() => hostTensor(new Float32Array(5), [2, 3])).toThrow(/expected 6 values.*got 5/);
  });

  it.each([
    hostTensor(Float32Array.of(1, 2, 3, 4), [2, 2]),
    hostTensor(Int32Array.of(-1), []),
    hostTensor(Uint8Array.of(1, 0), [2, 1]),
  ])("goes to a tensor and back: $dtype", async (host) => {
    expect(await fetchTensor(toTensor(host))).toEqual(host);
  });
});

describe("mapTree", () => {
  it("keeps the shape of the tree and names every leaf", () => {
    const isLeaf = (node: Tree<number>): node is number => typeof node === "number";
    const paths: string[] = [];
    const mapped = mapTree<number, string>({ a: 1, b: { c: 2 } }, isLeaf, (leaf, path) => {
      paths.push(path);
      return `${leaf}`;
    });
    expect(mapped).toEqual({ a: "1", b: { c: "2" } });
    expect(paths).toEqual(["a", "b.c"]);
    expect(mapTree<number, number>(3, isLeaf, (leaf) => leaf + 1)).toBe(4);
  });

  it("treats host tensors as leaves when told to", () => {
    const isHost = (node: Tree<HostTensor>): node is HostTensor =>
      ArrayBuffer.isView((node as HostTensor).data);
    const sizes = mapTree<HostTensor, number>(
      { x: hostTensor(Float32Array.of(1, 2)) },
      isHost,
      ({ data }) => data.length,
    );
    expect(sizes).toEqual({ x: 2 });
  });
});
