import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hostTensor } from "../host-tensor.js";
import { loadCheckpoint, openCheckpoint } from "./open-checkpoint.js";
import { saveFile } from "./open-file.js";
import { byteSource } from "./pytorch/byte-source.js";
import { encodePytorch } from "./pytorch/encode-pytorch.js";
import { loadTensors } from "./pytorch/pytorch.js";
import { encodeSafetensors, safetensorsParts } from "./safetensors.js";
import { stateDict } from "./state-dict.js";

const tensors = {
  kernel: hostTensor(Float32Array.of(1, 2, 3, 4), [2, 2]),
  codes: hostTensor(Int32Array.of(5, 6)),
};
const where = "a file";

describe("a checkpoint of either format", () => {
  it("is opened without reading its tensors, which are read when asked for", async () => {
    const bytes = encodeSafetensors({ tensors, metadata: { kind: "x" } });
    let largest = 0;
    const { size, read } = byteSource(bytes);
    const watched = {
      size,
      read: (offset: number, length: number) => {
        largest = Math.max(largest, offset + length);
        return read(offset, length);
      },
    };
    const { content, metadata } = await openCheckpoint(watched, where);
    expect(metadata).toEqual({ kind: "x" });
    expect(largest).toBeLessThanOrEqual(size - 24); // the data of both
    expect(await loadTensors(content)).toEqual(tensors);
    expect(
      await loadTensors((await openCheckpoint(byteSource(encodePytorch(tensors)), where)).content),
    ).toEqual(tensors);
  });

  it("is refused where it is cut off or something else", async () => {
    const bytes = encodeSafetensors({ tensors, metadata: {} });
    await expect(openCheckpoint(byteSource(bytes.subarray(0, 100)), where)).rejects.toThrow(
      /^a file: not a safetensors file/,
    );
    await expect(openCheckpoint(byteSource(new Uint8Array(0)), where)).rejects.toThrow(
      "at least 8 bytes, got 0",
    );
  });
});

describe("a checkpoint on disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "fqgan-checkpoint-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is written in parts as it is in one, and read back", async () => {
    const path = join(folder, "x.safetensors");
    const content = { tensors, metadata: { kind: "x" } };
    await saveFile(path, safetensorsParts(content));
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors(content));
    expect(await loadCheckpoint(path, "a checkpoint")).toEqual(content);
    await expect(loadCheckpoint(join(folder, "y"), "a checkpoint")).rejects.toThrow(
      /y: expected a checkpoint, got no such file/,
    );
  });

  it("may be larger than 2 GiB, which no file read whole may be", async () => {
    const path = join(folder, "large.safetensors");
    const half = 1.1 * 2 ** 30;
    const long = { dtype: "BOOL", shape: [Math.floor(half)] };
    const end = long.shape[0]!;
    const [start] = safetensorsParts({ tensors: {}, metadata: {} });
    const header = JSON.stringify({
      a: { ...long, data_offsets: [0, end] },
      b: { ...long, data_offsets: [end, 2 * end] },
    });
    const bytes = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
    new DataView(start!.buffer).setBigUint64(0, BigInt(bytes.length), true);
    const file = openSync(path, "w");
    writeSync(file, start!, 0, 8);
    writeSync(file, bytes, 0, bytes.length, 8);
    // The rest takes no place on disk: a hole of zeros, and one value at its end.
    truncateSync(path, 8 + bytes.length + 2 * end);
    writeSync(file, Uint8Array.of(1), 0, 1, 8 + bytes.length + 2 * end - 1);
    closeSync(file);
    const { tensors: read } = await loadCheckpoint(path, "a checkpoint");
    expect([read.a!.data.length, read.b!.data.length]).toEqual([end, end]);
    expect([read.a!.data.at(-1), read.b!.data.at(-1)]).toEqual([0, 1]);
  });
});

describe("a model's weights", () => {
  const open = async (content: Parameters<typeof encodePytorch>[0], which?: "ema") => {
    const opened = await openCheckpoint(byteSource(encodePytorch(content)), where);
    return loadTensors(stateDict(opened.content, { where, ...(which && { which }) }));
  };

  it.each([
    ["alone", tensors],
    ["beside an optimizer", { model: tensors, steps: 3 }],
    ["as Lightning keeps them", { state_dict: tensors, epoch: 1 }],
    ["as DeepSpeed keeps them", { module: tensors }],
  ])("are found %s", async (_, content) => {
    expect(await open(content)).toEqual(tensors);
  });

  it("lose the names of wrappers, and may be the averaged ones", async () => {
    const wrapped = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [`module._orig_mod.${name}`, tensor]),
    );
    expect(await open({ model: wrapped })).toEqual(tensors);
    expect(await open({ model: {}, ema: tensors }, "ema")).toEqual(tensors);
    await expect(open({ model: tensors }, "ema")).rejects.toThrow(
      'a file: expected weights "ema", got model; leave the choice out to take "model"',
    );
  });
});
