/** Files that PyTorch itself wrote (fixtures/make_files.py), in both layouts. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ByteSource, byteSource } from "./byte-source.js";
import { loadTensors, openPytorch, type PytorchValue } from "./pytorch.js";
import type { PytorchTensor } from "./tensor.js";

const bytesOf = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
const open = async (bytes: Uint8Array | ByteSource, where = "model.pt") =>
  (await openPytorch(bytes instanceof Uint8Array ? byteSource(bytes) : bytes, where)) as Record<
    string,
    PytorchValue
  >;

describe.each(["content.pt", "content-legacy.pth"])("%s", (file) => {
  it("gives every kind of tensor", async () => {
    const tensors = await loadTensors(await open(bytesOf(file)));
    const values = Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      shape,
      [...data],
    ]);
    expect(values).toEqual([
      ["whole", [2, 3], [0, 1, 2, 3, 4, 5]],
      ["turned", [3, 2], [0, 3, 1, 4, 2, 5]],
      ["view", [2], [4, 5]],
      ["half", [4], [1, -2, 0.5, 65504]],
      ["bfloat", [4], [1, -2, 0.5, 3.140625]],
      ["double", [2], [0.5, -0.25]],
      ["long", [3], [1, -2, 2 ** 31 - 1]],
      ["int", [2], [1, -2]],
      ["short", [2], [300, -300]],
      ["char", [2], [100, -100]],
      ["byte", [2], [0, 255]],
      ["bool", [2], [1, 0]],
      ["scalar", [], [7]],
      ["empty", [0, 3], []],
      ["expanded", [3], [5, 5, 5]],
      ["parameter", [2], [1, 2]],
    ]);
  });

  it("gives plain values, a model's and an optimizer's state", async () => {
    const content = await open(bytesOf(file));
    expect(content).toMatchObject({
      steps: 1337,
      rate: 2e-4,
      name: "é",
      flag: true,
      nothing: null,
      pair: [0.9, 0.95],
      dtype: "torch.float32",
      args: { image_size: 64, codebook_l2_norm: true },
    });
    expect(await loadTensors(content.model!)).toMatchObject({
      weight: { shape: [1, 2], data: Float32Array.of(1, 2) },
      bias: { shape: [1], data: Float32Array.of(3) },
    });
    const { state, param_groups } = content.optimizer as Record<string, PytorchValue>;
    const first = await loadTensors((state as Record<string, PytorchValue>)[0]!);
    expect(Object.keys(first)).toEqual(["step", "exp_avg", "exp_avg_sq"]);
    expect(first.step!.data[0]).toBe(1);
    expect(param_groups).toMatchObject([{ lr: 0.5, betas: [0.9, 0.95], params: [0, 1] }]);
  });

  it("is refused wherever it is cut off", async () => {
    const bytes = bytesOf(file);
    for (let length = 0; length < bytes.length; length += 97) {
      const part = bytes.subarray(0, length);
      const read = async () => loadTensors(await open(part));
      await expect(read(), `${length} bytes`).rejects.toMatchObject({ name: "UserError" });
    }
  });

  it("is refused or read wherever a byte is damaged, and nothing else happens", async () => {
    const bytes = bytesOf(file);
    for (let at = 0; at < bytes.length; at += 11) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = damaged[at]! ^ 0x55;
      const outcome = await open(damaged)
        .then(loadTensors)
        .then(
          () => "UserError",
          (error: Error) => error.name,
        );
      expect(outcome, `byte ${at}`).toBe("UserError");
    }
  });
});

describe.each(["hostile.pt", "hostile-legacy.pth"])("%s", (file) => {
  it("is refused by the name of what it wants to run", () =>
    expect(open(bytesOf(file), file)).rejects.toThrow(
      `${file}: cannot read its pickle: it wants to run posix.system, which is refused`,
    ));
});

describe.each(["complex.pt", "complex-legacy.pth"])("%s", (file) => {
  it("is refused by its type", () =>
    expect(open(bytesOf(file), file)).rejects.toThrow(
      /is a torch\.ComplexFloatStorage; expected real numbers/,
    ));
});

describe("a large file", () => {
  it("is read in parts, and only the tensors that are asked for", async () => {
    const bytes = bytesOf("content-legacy.pth");
    const whole = byteSource(bytes);
    const asked: number[] = [];
    // As if the file went on after what is needed: the pickles lie in the first part.
    const source: ByteSource = {
      size: whole.size,
      read: (offset, length) => {
        asked.push(length);
        return whole.read(offset, length);
      },
    };
    const { view } = await open(source);
    asked.length = 0;
    await (view as PytorchTensor).load();
    expect(asked).toEqual([8]);
  });
});
