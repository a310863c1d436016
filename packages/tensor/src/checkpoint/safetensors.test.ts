import { UserError } from "@fqgan/registry";
import { describe, expect, it } from "vitest";
import { hostTensor } from "../host-tensor.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

const tensors = {
  "encoder.kernel": hostTensor(Float32Array.of(1.5, -2, Number.POSITIVE_INFINITY, 1e-40), [2, 2]),
  mask: hostTensor(Uint8Array.of(1, 0, 1)),
  labels: hostTensor(Int32Array.of(-1, 2 ** 31 - 1)),
  scalar: hostTensor(Float32Array.of(7), []),
  empty: hostTensor(new Float32Array(0), [0, 4]),
};
const metadata = { format: "fqgan 1", config: '{"name":"größe"}' };

/** A file from a header and data, with a right length field unless told otherwise. */
function file(header: unknown, data: number[] = [], headerLength?: number): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const decodeOne = (dtype: string, data: number[], shape: number[]) =>
  decodeSafetensors(file({ x: { dtype, shape, data_offsets: [0, data.length] } }, data), "x")
    .tensors.x!;

describe("safetensors", () => {
  it("gives back what it wrote: values, shapes, types and metadata", () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    const decoded = decodeSafetensors(bytes, "a file");
    expect(decoded.metadata).toEqual(metadata);
    expect(decoded.tensors).toEqual(tensors);
  });

  it("reads from any offset of a larger buffer", () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3), "a file").tensors).toEqual(tensors);
    expect(decodeSafetensors(Buffer.from(bytes), "a file").tensors).toEqual(tensors);
  });

  it("is laid out as the format says: header length, JSON padded to 8 bytes, aligned data", () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    const { __metadata__: _, ...header } = JSON.parse(
      new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)),
    ) as Record<string, { dtype: string; data_offsets: [number, number] }>;
    expect(header["encoder.kernel"]).toEqual({
      dtype: "F32",
      shape: [2, 2],
      data_offsets: [0, 16],
    });
    let end = 0;
    for (const { dtype, data_offsets } of Object.values(header)) {
      expect(data_offsets[0]).toBe(end); // no holes
      if (dtype !== "BOOL") expect(data_offsets[0] % 4).toBe(0);
      end = data_offsets[1];
    }
    expect(bytes.length).toBe(8 + headerLength + end);
  });

  it("widens other number types", () => {
    expect(decodeOne("F16", [0x00, 0x3c, 0x00, 0xc2, 0x01, 0x00, 0x00, 0x7c], [4]).data).toEqual(
      Float32Array.of(1, -3, 2 ** -24, Number.POSITIVE_INFINITY),
    );
    expect(decodeOne("BF16", [0x80, 0x3f, 0x40, 0xc0], [2]).data).toEqual(Float32Array.of(1, -3));
    const f64 = [...new Uint8Array(Float64Array.of(0.1).buffer)];
    expect(decodeOne("F64", f64, [1]).data).toEqual(Float32Array.of(0.1));
    const i64 = [...new Uint8Array(BigInt64Array.of(-5n, 7n).buffer)];
    expect(decodeOne("I64", i64, [2]).data).toEqual(Int32Array.of(-5, 7));
    expect(decodeOne("U8", [0, 255], [2]).data).toEqual(Uint8Array.of(0, 255));
  });

  const good = encodeSafetensors({ tensors, metadata });
  const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /at least 8 bytes, got 0/],
    ["a header longer than the file", file({}, [], 1e9), /header claims 1000000000 bytes/],
    ["a header that is no JSON", file("{oops"), /header is not JSON/],
    ["a header that is no object", file("[1]"), /header is not a JSON object/],
    ["a file cut short", good.subarray(0, good.length - 1), /reaches beyond the end/],
    [
      "an unknown type",
      file({ x: { ...entry, dtype: "F8_E4M3" } }, [0, 0, 0, 0]),
      /x has dtype F8_E4M3/,
    ],
    ["no offsets", file({ x: { dtype: "F32", shape: [1] } }, [0, 0, 0, 0]), /x has no valid/],
    [
      "negative offsets",
      file({ x: { ...entry, data_offsets: [4, 0] } }, [0, 0, 0, 0]),
      /x has no valid/,
    ],
    [
      "a shape of another size",
      file({ x: { ...entry, shape: [2] } }, [0, 0, 0, 0]),
      /x has 4 bytes, expected 8 for F32 \[2\]/,
    ],
  ])("refuses %s, naming the file", (_name, bytes, message) => {
    const decoding = () => decodeSafetensors(bytes, "weights.safetensors");
    expect(decoding).toThrow(UserError);
    expect(decoding).toThrow(message);
    expect(decoding).toThrow(/^weights\.safetensors: not a safetensors file/);
  });
});
