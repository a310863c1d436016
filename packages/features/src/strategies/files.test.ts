import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeSafetensors, hostTensor } from "@fqgan/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadExtractor } from "../extractors.js";
import { loadPerceptualDistance } from "../perceptual-distances.js";
import { tinyOnnx } from "../testing/tiny-onnx.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fqgan-features-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, bytes: Uint8Array | string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return file;
}

const batch = (values: Float32Array, side: number) =>
  hostTensor(values, [values.length / (side * side * 3), side, side, 3]);
/** Plain images: red at level 255, grey at level 51. */
const red = new Float32Array(8 * 6 * 3).map((_, i) => (i % 3 === 0 ? 1 : -1));
const plain = hostTensor(
  Float32Array.from([...red, ...new Float32Array(red.length).fill((2 * 51) / 255 - 1)]),
  [2, 8, 6, 3],
);
const means = ({
  input = "x",
  output = "y",
  shape = ["b", 3, "h", "w"] as (number | string)[],
} = {}) =>
  tinyOnnx({
    input: { name: input, shape },
    output: { name: output, shape: ["b", 3] },
    ops: ["GlobalAveragePool", "Flatten"],
  });

describe("onnx", () => {
  it("takes a file's images as it wants them: channels first, of the size that is set", async () => {
    const bytes = means();
    const file = await written("means.onnx", bytes);
    const config = { name: "onnx", path: file, size: 4, statistics: "none" };
    const extractor = await loadExtractor(config);
    expect(extractor.dimensions).toBe(3);
    expect(extractor.name).toBe("means.onnx y");
    expect(extractor.hash).toBe(createHash("sha256").update(bytes).digest("hex").slice(0, 16));
    expect(extractor.preparation).toMatch(/Pillow bicubic to 4×4/);
    const { data, shape } = await extractor.features(plain);
    expect(shape).toEqual([2, 3]);
    [1, 0, 0, 0.2, 0.2, 0.2].forEach((expected, i) => {
      expect(data[i]).toBeCloseTo(expected, 6);
    });
    extractor.dispose();
  });

  it("takes channels last, a fixed batch and size, and averages maps", async () => {
    const shape = [3, 4, 4, 3];
    const map = { input: { name: "x", shape }, output: { name: "map", shape }, ops: ["Relu"] };
    const file = await written("map.onnx", tinyOnnx(map));
    const extractor = await loadExtractor({ name: "onnx", path: file, statistics: "half" });
    // [3, 4, 4, 3] is read as 4 maps of 4×3 places: the means of rows of a plain image
    expect(extractor.dimensions).toBe(4);
    const { data } = await extractor.features(batch(new Float32Array(4 * 4 * 4 * 3).fill(1), 4));
    expect([...data]).toEqual(new Array(16).fill(1));
    extractor.dispose();
  });

  it("knows weights beside the file", async () => {
    const file = await written("large.onnx", means());
    await written("large.onnx.data", "weights");
    const extractor = await loadExtractor({ name: "onnx", path: file, size: 4 });
    const beside = createHash("sha256").update("weights").digest("hex").slice(0, 16);
    expect(extractor.hash.split("+")[1]).toBe(beside);
    extractor.dispose();
  });

  it("says what is wrong with a file", async () => {
    const text = await written("text.onnx", "no ONNX");
    await expect(loadExtractor({ name: "onnx", path: text })).rejects.toThrow(
      /text\.onnx: expected an ONNX file/,
    );
    const open = await written("open.onnx", means());
    await expect(loadExtractor({ name: "onnx", path: open })).rejects.toThrow(/set size/);
    await expect(loadExtractor({ name: "onnx", path: open, size: 4, output: "z" })).rejects.toThrow(
      /has no output "z"; it has y/,
    );
    const grey = await written("grey.onnx", means({ shape: ["b", 1, 4, 4] }));
    await expect(loadExtractor({ name: "onnx", path: grey })).rejects.toThrow(
      /expected one input of square float32 images.*got x float32 \[b,1,4,4\]/,
    );
    const fixed = await written("fixed.onnx", means({ shape: [1, 3, 4, 4] }));
    await expect(loadExtractor({ name: "onnx", path: fixed, size: 8 })).rejects.toThrow(
      /expected size 4, as the file says, got 8/,
    );
  });
});

describe("transformers", () => {
  const processor = {
    image_processor_type: "BitImageProcessor",
    size: { shortest_edge: 4 },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: 4, width: 4 },
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };

  it("runs a local folder by its own preprocessor_config.json", async () => {
    const bytes = means({ input: "pixel_values", output: "pooler_output" });
    await written("dino/config.json", JSON.stringify({ model_type: "dinov2" }));
    await written("dino/preprocessor_config.json", JSON.stringify(processor));
    await written("dino/onnx/model.onnx", bytes);
    const model = path.join(folder, "dino");
    const extractor = await loadExtractor({ name: "transformers", model });
    expect(extractor.dimensions).toBe(3);
    expect(extractor.hash).toBe(createHash("sha256").update(bytes).digest("hex").slice(0, 16));
    expect(extractor.preparation).toBe(
      "8 bits, Pillow bicubic to a smaller side of 4, centre 4×4, the model's mean and deviation",
    );
    const { data } = await extractor.features(plain);
    [1, -1, -1, -0.6, -0.6, -0.6].forEach((expected, i) => {
      expect(data[i]).toBeCloseTo(expected, 5);
    });
    await expect(loadExtractor({ name: "transformers", model, output: "z" })).rejects.toThrow(
      /has no output z; it has pooler_output/,
    );
    extractor.dispose();
  });

  it("says what a folder must hold", async () => {
    await mkdir(path.join(folder, "empty"), { recursive: true });
    const loading = loadExtractor({ name: "transformers", model: path.join(folder, "empty") });
    await expect(loading).rejects.toThrow(/can't load.*preprocessor_config\.json/);
  });
});

describe("files of weights", () => {
  const weights = encodeSafetensors({
    tensors: { "layer.weight": hostTensor(Float32Array.of(1, 2), [2]) },
    metadata: {},
  });

  it("of another network are refused by name", async () => {
    const file = await written("other.safetensors", weights);
    const refused = async (name: string, message: RegExp) =>
      expect(loadExtractor({ name, weights: file })).rejects.toThrow(message);
    await refused(
      "inception",
      /other\.safetensors: these weights belong.*\s+missing Conv2d_1a_3x3/,
    );
    await refused("dinov2", /expected weights with pos_embed, got layer\.weight/);
    await refused("clip", /expected weights with conv1\.weight, got layer\.weight/);
    await expect(loadPerceptualDistance({ name: "lpips", weights: file })).rejects.toThrow(
      /missing features\.0\.weight/,
    );
  });

  it("are refused when their hash is another, naming both", async () => {
    const file = await written("weights.safetensors", weights);
    const loading = loadExtractor({ name: "inception", weights: file, sha256: "6726825d" });
    await expect(loading).rejects.toThrow(/expected SHA-256 6726825d…, got [0-9a-f]{16}…/);
  });

  it("that are missing, empty or pointers are named", async () => {
    const load = (weights: string) => loadExtractor({ name: "inception", weights });
    await expect(load(path.join(folder, "none.pth"))).rejects.toThrow(/none\.pth: .*no such file/);
    await expect(load(folder)).rejects.toThrow(/expected a file of weights, got a folder/);
    await expect(load(await written("empty.pth", ""))).rejects.toThrow(/empty\.pth: .*0 bytes/);
    const pointer = await written("lfs.pth", "version https://git-lfs.github.com/spec/v1\n");
    await expect(load(pointer)).rejects.toThrow(/lfs\.pth: .*Git LFS pointer/);
    const page = await written("page.pth", "<html>404</html>");
    await expect(load(page)).rejects.toThrow(/page\.pth: expected a file of torch\.save/);
  });
});
