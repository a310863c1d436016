import { describe, expect, it } from "vitest";
import { byteSource } from "./byte-source.js";
import { openPytorch, type PytorchValue } from "./pytorch.js";
import type { PytorchTensor } from "./tensor.js";

/** A zip of stored members, without checksums. */
function zip(members: Record<string, Uint8Array>): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(members)) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    parts.push(local, Buffer.from(name), Buffer.from(data));
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(members).length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

const text = (value: string) => [88, value.length, 0, 0, 0, ...Buffer.from(value)];
const global = (module: string, name: string) => [99, ...Buffer.from(`${module}\n${name}\n`)];
const small = (value: number) => [75, value];

/** A pickled tensor of the one storage, as torch.save writes it. */
const tensor = (type: string, offset: number, shape: number[], strides: number[]) => [
  ...global("torch._utils", "_rebuild_tensor_v2"),
  40,
  ...[40, ...text("storage"), ...global("torch", type), ...text("0"), ...text("cpu"), ...small(6)],
  ...[116, 81], // TUPLE, BINPERSID
  ...small(offset),
  ...[40, ...shape.flatMap(small), 116],
  ...[40, ...strides.flatMap(small), 116],
  137,
  ...[...global("collections", "OrderedDict"), 41, 82],
  ...[116, 82], // TUPLE, REDUCE
];
const record = (entries: number[][]) => [128, 2, 125, 40, ...entries.flat(), 117, 46];
const file = (pickle: number[], storage = Float32Array.of(0, 1, 2, 3, 4, 5)) =>
  zip({
    "archive/data.pkl": Uint8Array.from(pickle),
    "archive/data/0": new Uint8Array(storage.buffer),
  });
const open = (bytes: Uint8Array) =>
  openPytorch(byteSource(bytes), "model.pt") as Promise<Record<string, PytorchValue>>;

describe("openPytorch", () => {
  it("reads tensors, transposed ones and views, and plain values", async () => {
    const bytes = file(
      record([
        [...text("whole"), ...tensor("FloatStorage", 0, [2, 3], [3, 1])],
        [...text("turned"), ...tensor("FloatStorage", 0, [3, 2], [1, 3])],
        [...text("view"), ...tensor("FloatStorage", 4, [2], [1])],
        [...text("steps"), 77, 0x39, 0x05],
      ]),
    );
    const { whole, turned, view, steps } = await open(bytes);
    expect(steps).toBe(1337);
    const load = (value: PytorchValue | undefined) => (value as PytorchTensor).load();
    expect([...(await load(whole)).data]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await load(turned)).toMatchObject({
      shape: [3, 2],
      data: Float32Array.of(0, 3, 1, 4, 2, 5),
    });
    expect([...(await load(view)).data]).toEqual([4, 5]);
  });

  it("widens half precision", async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3800);
    const bytes = zip({
      "a/data.pkl": Uint8Array.from(
        record([[...text("w"), ...tensor("HalfStorage", 0, [3], [1])]]),
      ),
      "a/data/0": new Uint8Array(halves.buffer),
    });
    const { w } = await open(bytes);
    expect([...(await (w as PytorchTensor).load()).data]).toEqual([1, -2, 0.5]);
  });

  it("refuses to run anything", async () => {
    const hostile = [128, 2, ...global("os", "system"), 40, ...text("id"), 116, 82, 46];
    await expect(open(file(hostile))).rejects.toThrow(
      "model.pt: cannot read its pickle: it wants to run os.system, which is refused",
    );
    const inherited = [128, 2, ...global("constructor", "constructor"), 41, 82, 46];
    await expect(open(file(inherited))).rejects.toThrow("which is refused");
  });

  it("refuses what is cut off", async () => {
    const whole = file(record([[...text("w"), ...tensor("FloatStorage", 0, [6], [1])]]));
    await expect(open(whole.subarray(0, whole.length - 30))).rejects.toThrow(
      "model.pt: not a complete zip archive",
    );
    const short = file(
      record([[...text("w"), ...tensor("FloatStorage", 0, [6], [1])]]).slice(0, 20),
    );
    await expect(open(short)).rejects.toThrow("cannot read its pickle: it is cut off");
  });

  it("refuses tensors that reach beyond their storage or are no tensors", async () => {
    const read = (entry: number[]) => open(file(record([[...text("w"), ...entry]])));
    await expect(read(tensor("FloatStorage", 4, [3], [1]))).rejects.toThrow(
      "model.pt: a tensor is damaged: it needs 7 values of a storage of 6",
    );
    await expect(
      read(tensor("FloatStorage", 0, [255, 255, 255, 255, 255], [0, 0, 0, 0, 0])),
    ).rejects.toThrow("its shape [255,255,255,255,255] is too large");
    const rebuild = global("torch._utils", "_rebuild_tensor_v2");
    await expect(read([...rebuild, 41, 82])).rejects.toThrow("a tensor has no storage");
  });

  it("stays small where a pickle repeats itself, and refuses depth", async () => {
    // Each list holds the one before twice: 2^60 lists if written out.
    const doubled = Array.from({ length: 60 }, (_, i) => [
      ...[113, i, 48, 93, 40], // BINPUT, POP, EMPTY_LIST, MARK
      ...[104, i, 104, i, 101], // BINGET twice, APPENDS
    ]).flat();
    const bomb = await open(file(record([[...text("w"), 93, ...doubled]])));
    expect(bomb.w).toHaveLength(2);
    const deep = [...new Array<number>(200).fill(93), ...new Array<number>(199).fill(97)];
    await expect(open(file(record([[...text("w"), ...deep]])))).rejects.toThrow(
      "nested more than 100 deep",
    );
  });

  it("passes over what Lightning keeps beside weights", async () => {
    const callback = global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint");
    const score = [
      ...[...global("numpy.core.multiarray", "scalar"), 40],
      ...[...global("numpy", "dtype"), ...text("f8"), 133, 82],
      ...[...global("_codecs", "encode"), ...text("bytes"), 133, 82],
      ...[116, 82],
    ];
    const { callbacks, w } = await open(
      file(
        record([
          [
            ...text("callbacks"),
            125,
            40,
            ...callback,
            125,
            40,
            ...text("best"),
            ...score,
            117,
            117,
          ],
          [...text("w"), ...tensor("FloatStorage", 0, [6], [1])],
        ]),
      ),
    );
    const name = "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint";
    expect(callbacks).toEqual({ [name]: { best: null } });
    expect((w as PytorchTensor).shape).toEqual([6]);
  });

  it("keeps names that objects have of themselves as names", async () => {
    const content = await open(file(record([[...text("__proto__"), 75, 1]])));
    expect(Object.keys(content)).toEqual(["__proto__"]);
    expect(content.constructor).toBeUndefined();
  });

  it("reads parts of storages, as PyTorch saved them before 0.4", async () => {
    const part = [40, ...text("1"), ...small(2), ...small(3), 116];
    const reference = [
      ...[40, ...text("storage"), ...global("torch", "FloatStorage")],
      ...[...text("0"), ...text("cpu"), ...small(6), ...part, 116, 81],
    ];
    const old = [
      ...[...global("torch._utils", "_rebuild_tensor"), 40, ...reference, ...small(1)],
      ...[40, ...small(2), 116, 40, ...small(1), 116, 116, 82],
    ];
    const magic = [138, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    const bytes = Uint8Array.from([
      ...[128, 2, ...magic, 46],
      ...[128, 2, 77, 0xe9, 0x03, 46],
      ...[128, 2, 125, 46],
      ...record([[...text("w"), ...old]]),
      ...[128, 2, 93, ...text("0"), 97, 46],
      ...[6, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer)],
    ]);
    const { w } = await open(bytes);
    expect([...(await (w as PytorchTensor).load()).data]).toEqual([3, 4]);
  });

  it("refuses files of something else", async () => {
    await expect(open(Buffer.from("hello"))).rejects.toThrow(
      "model.pt: expected a file of torch.save",
    );
    await expect(
      open(Uint8Array.of(128, 2, 138, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 46)),
    ).rejects.toThrow("got a pickle of something else");
    await expect(open(zip({ "notes.txt": Buffer.from("hello") }))).rejects.toThrow(
      "expected a file of torch.save, but it has no data.pkl",
    );
  });
});
