import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, type Image } from "@fqgan/image";
import { encodeNpz } from "@fqgan/metrics";
import { createKey, uniform, writeModel } from "@fqgan/tensor";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  auditTokenizer,
  availableProtocols,
  cardPage,
  chooseProtocols,
  evaluatePairs,
  evaluateSets,
  type ImageEvaluation,
  labelled,
  openImages,
  openOnnxTokenizer,
  type Position,
  referenceFile,
} from "./index.js";

const SIZE = 16;
const COUNT = 24;
let folder: string;
const path = (...parts: string[]) => join(folder, ...parts);

/** Smooth pictures, so that a coarse reconstruction is near them. */
function picture(seed: number, noise = 0): Image {
  const [a = 0, b = 0, c = 0] = uniform(createKey(seed), 3);
  const jitter = uniform(createKey(1000 + seed), SIZE * SIZE * 3);
  const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % SIZE, Math.floor(i / 3 / SIZE)];
    const base = 90 + 120 * ((a * x + b * y) / (2 * SIZE)) + 40 * c * (i % 3);
    return Math.min(255, Math.max(0, base + noise * (jitter[i]! - 0.5)));
  });
  return { width: SIZE, height: SIZE, channels: 3, data };
}

const name = (i: number) => `${String(i).padStart(2, "0")}.png`;
const originals = Array.from({ length: COUNT }, (_, i) => picture(i));
const noisy = Array.from({ length: COUNT }, (_, i) => picture(i, 30));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "evaluation-"));
  for (const [sub, images] of Object.entries({ real: originals, fake: noisy })) {
    mkdirSync(path(sub));
    for (const [i, image] of images.entries())
      writeFileSync(path(sub, name(i)), await encodePng(image));
  }
  const pixels = (images: readonly Image[]) => ({
    shape: [images.length, SIZE, SIZE, 3],
    data: Uint8Array.from(images.flatMap(({ data }) => [...data])),
  });
  writeFileSync(path("fake.npz"), encodeNpz({ arr_0: pixels(noisy) }));
  mkdirSync(path("odd"));
  for (const i of [0, 1, 2]) writeFileSync(path("odd", name(i)), await encodePng(originals[i]!));
  writeFileSync(path("odd", "broken.png"), "not a picture");
  const grey = { width: SIZE, height: SIZE, channels: 1, data: new Uint8Array(SIZE * SIZE) };
  writeFileSync(path("odd", "grey.png"), await encodePng(grey));
  const dot = { width: 1, height: 1, channels: 3, data: Uint8Array.of(9, 8, 7) };
  writeFileSync(path("odd", "one-pixel.png"), await encodePng(dot));
  const decoding = join(import.meta.dirname, "../../../../tests/parity/fixtures/image/decode");
  for (const file of ["gray16.png", "rgba.png"])
    copyFileSync(join(decoding, file), path("odd", file));
  const cmyk = sharp(join(decoding, "jpeg_444_q90.jpg")).toColourspace("cmyk");
  writeFileSync(path("odd", "cmyk.jpg"), await cmyk.jpeg().toBuffer());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const all = availableProtocols({});
const only = (...protocols: string[]) => chooseProtocols(all, { protocols });
const valuesOf = ({ outcomes }: ImageEvaluation) =>
  Object.fromEntries(
    outcomes.flatMap(({ protocol, results }) =>
      results.flatMap((result) =>
        Object.entries(result.values).map(([value, number]) => [
          `${protocol.name}/${value}`,
          number,
        ]),
      ),
    ),
  );

describe("pairs", () => {
  it("are measured by every protocol, from folders and from an npz alike", async () => {
    const protocols = chooseProtocols(all, {
      protocols: ["pixels", "builtin"],
      metrics: ["psnr", "ssim", "fid", "kid", "precision-recall"],
    });
    const real = await openImages(path("real"));
    const fromFolder = await evaluatePairs({
      real,
      fake: await openImages(path("fake")),
      protocols,
    });
    const fromNpz = await evaluatePairs({
      real,
      fake: await openImages(path("fake.npz")),
      protocols,
    });
    const values = valuesOf(fromFolder);
    expect(valuesOf(fromNpz)).toEqual(values);
    expect(fromFolder.counts).toEqual({ real: COUNT, fake: COUNT });
    expect(Object.keys(values)).toEqual([
      "pixels/psnr",
      "pixels/ssim",
      "builtin/fid",
      "builtin/kid",
      "builtin/precision",
      "builtin/recall",
    ]);
    // uniform noise of 30 levels: a variance of 75
    expect(values["pixels/psnr"]).toBeGreaterThan(28);
    expect(values["pixels/psnr"]).toBeLessThan(30.5);
    expect(fromFolder.outcomes[1]?.network?.name).toBe("builtin-64-v1");
  });

  it("refuse sets of different sizes", async () => {
    const real = await openImages(path("real"), { limit: 5 });
    const fake = await openImages(path("fake"));
    await expect(evaluatePairs({ real, fake, protocols: only("pixels") })).rejects.toThrow(
      /expected 5 reconstructions, one for each image of .*, got 24/,
    );
  });
});

describe("sets", () => {
  it("leave out what can't be read, by name; grey, tiny, CMYK and transparent images count", async () => {
    const evaluation = await evaluateSets({
      real: await openImages(path("real")),
      fake: await openImages(path("odd")),
      protocols: chooseProtocols(all, { protocols: ["builtin"], metrics: ["fid"] }),
    });
    expect(evaluation.counts).toEqual({ real: COUNT, fake: 7 });
    const reasons = evaluation.rejected.map(({ reason }) => reason).sort();
    expect(reasons).toEqual([
      expect.stringMatching(/broken\.png: expected a PNG, JPEG or WebP/),
      expect.stringMatching(/gray16\.png: expected 8 bits a channel, got 16/),
    ]);
    expect(evaluation.warnings.join()).toMatch(/24 real and 7 fake images/);
  });

  it("compare with saved statistics as with the images, and refuse another network's", async () => {
    const protocols = chooseProtocols(all, { protocols: ["builtin"], metrics: ["fid"] });
    const { bytes, count } = await referenceFile({
      images: await openImages(path("real")),
      extractor: { name: "builtin" },
    });
    expect(count).toBe(COUNT);
    const { decodeNpz, readReference } = await import("@fqgan/metrics");
    const reference = readReference(decodeNpz(bytes, "real.npz"), "real.npz");
    const fake = await openImages(path("fake"));
    const stored = await evaluateSets({ reference, fake, protocols });
    const direct = await evaluateSets({ real: await openImages(path("real")), fake, protocols });
    expect(valuesOf(stored)["builtin/fid"]).toBeCloseTo(valuesOf(direct)["builtin/fid"]!, 6);
    const foreign = { ...reference, protocol: { ...reference.protocol, extractorHash: "0" } };
    const refused = await evaluateSets({ reference: foreign, fake, protocols });
    expect(refused.outcomes[0]?.failures[0]?.reason).toMatch(
      /expected statistics of builtin-64-v1/,
    );
  });
});

describe("a pass that was stopped", () => {
  const metrics = ["psnr", "fid", "kid", "precision-recall", "fid-infinity", "inception-score"];
  const protocols = chooseProtocols(all, { protocols: ["pixels", "builtin"], metrics });
  const files = () => (existsSync(path("kept")) ? readdirSync(path("kept")) : []);

  afterEach(() => rmSync(path("kept"), { recursive: true, force: true }));

  /** Kept after every batch, of at most 16 images. */
  const keep = (resumed: object[] = []) => ({
    folder: path("kept"),
    everyMs: 0,
    onResume: ({ counted }: Position) => resumed.push({ ...counted }),
  });
  /** Ends a pass before what was seen last is kept. */
  const cut = (pass: Promise<unknown>) => expect(pass).rejects.toThrow("power cut");
  const after = (images: number) => (done: number) => {
    if (done > images) throw new Error("power cut");
  };

  it("of pairs gives the same numbers to the last bit, and keeps nothing once they are of no more use", async () => {
    const options = {
      real: await openImages(path("real")),
      fake: await openImages(path("fake")),
      protocols,
    };
    const whole = await evaluatePairs(options);
    await cut(evaluatePairs({ ...options, keep: keep(), onImages: after(16) }));
    expect(files()).toHaveLength(1);
    const resumed: object[] = [];
    const again = await evaluatePairs({ ...options, keep: keep(resumed) });
    expect(resumed).toEqual([{ real: 16, fake: 0 }]);
    expect(again.outcomes).toEqual(whole.outcomes);
    expect(again.counts).toEqual(whole.counts);
    const found = await evaluatePairs({ ...options, keep: keep(resumed) });
    expect(resumed.at(-1)).toEqual({ real: COUNT, fake: 0 });
    expect(found.outcomes).toEqual(whole.outcomes);
    found.forget();
    expect(files()).toEqual([]);
  });

  /** 20 images and one that can't be read, sixth. */
  const damaged = async () => {
    mkdirSync(path("damaged"), { recursive: true });
    for (let i = 0; i < 20; i++) copyFileSync(path("real", name(i)), path("damaged", name(i)));
    writeFileSync(path("damaged", "04-broken.png"), "not a picture");
    return openImages(path("damaged"));
  };

  it("of sets goes on in either of them, and knows what was left out", async () => {
    const options = {
      real: await damaged(),
      fake: await openImages(path("fake.npz")),
      protocols: chooseProtocols(all, { protocols: ["builtin"], metrics: ["fid", "kid"] }),
    };
    const whole = await evaluateSets(options);
    expect(whole).toMatchObject({ counts: { real: 20, fake: 24 }, rejected: { length: 1 } });
    const resumed: object[] = [];
    for (const images of [16, 20 + 16])
      await cut(evaluateSets({ ...options, keep: keep(resumed), onImages: after(images) }));
    const again = await evaluateSets({ ...options, keep: keep(resumed) });
    expect(resumed).toEqual([
      { real: 16, fake: 0 },
      { real: 20, fake: 16 },
    ]);
    expect(again.outcomes).toEqual(whole.outcomes);
    expect(again.rejected).toEqual(whole.rejected);
  });

  it("begins anew where an image, the model or a protocol has changed", async () => {
    const [real, fake] = [await openImages(path("real")), await openImages(path("fake"))];
    const begun = async (changes: Partial<Parameters<typeof evaluatePairs>[0]>) => {
      const resumed: object[] = [];
      const keeping = { keep: keep(resumed), onImages: after(16) };
      await cut(evaluatePairs({ real, fake, protocols, ...changes, ...keeping }));
      return resumed.length;
    };
    const model = (identity: string) => ({
      identity,
      codebooks: {},
      reconstruct: async (images: readonly Image[]) => ({ images }),
    });
    expect(await begun({})).toBe(0);
    expect(await begun({})).toBe(1);
    expect(await begun({ protocols: protocols.slice(1) })).toBe(0);
    for (const options of [{ size: SIZE }, { orientation: "upright" as const }])
      expect(await begun({ fake: await openImages(path("fake"), options) })).toBe(0);
    utimesSync(path("fake", name(3)), 1e9, 1e9);
    expect(await begun({ fake: await openImages(path("fake")) })).toBe(0);
    expect(await begun({ fake: model("a") })).toBe(0);
    expect(await begun({ fake: model("b") })).toBe(0);
    expect(await begun({ fake: model("a") })).toBe(1);
  });

  it("is measured anew where its file is damaged, and not kept where nothing can be written", async () => {
    const [real, fake] = [await openImages(path("real")), await openImages(path("fake"))];
    const options = { real, fake, protocols };
    await cut(evaluatePairs({ ...options, keep: keep(), onImages: after(16) }));
    for (const file of files()) writeFileSync(path("kept", file), "half a fi");
    const resumed: object[] = [];
    const again = await evaluatePairs({ ...options, keep: keep(resumed) });
    expect(resumed).toEqual([]);
    const nowhere = { ...keep(), folder: path("real", "00.png") };
    expect((await evaluatePairs({ ...options, keep: nowhere })).outcomes).toEqual(again.outcomes);
  });

  it("over the images of a reference gives the same bytes", async () => {
    const options = { images: await damaged(), extractor: { name: "builtin" } };
    const whole = await referenceFile(options);
    await cut(referenceFile({ ...options, keep: keep(), onImages: after(16) }));
    const read: object[] = [];
    const onResume = (position: Position) => read.push(structuredClone(position));
    const again = await referenceFile({ ...options, keep: { ...keep(), onResume } });
    expect(read).toMatchObject([{ read: { real: 17 }, counted: { real: 16 } }]);
    expect(again.bytes).toEqual(whole.bytes);
    expect(again.rejected).toEqual(whole.rejected);
    again.forget();
    expect(files()).toEqual([]);
  });
});

interface Constant {
  readonly type: "float32" | "int64";
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** Brightness in 32 steps as the codes, greys as their vectors. */
function writeOnnxPair(): { encoder: string; decoder: string } {
  const CODES = 32;
  const scalar = (value: number) => ({
    type: "float32" as const,
    shape: [1],
    data: Float32Array.of(value),
  });
  const encoder = writeModel({
    inputs: [{ name: "image", type: "float32", shape: ["B", SIZE, SIZE, 3] }],
    outputs: [{ name: "indices", type: "int64", shape: ["B", SIZE, SIZE] }],
    initializers: new Map<string, Constant>([
      ["one", scalar(1)],
      ["half", scalar(CODES / 2)],
      ["low", scalar(0)],
      ["high", scalar(CODES - 1)],
      ["axis", { type: "int64", shape: [1], data: BigInt64Array.of(3n) }],
    ]),
    nodes: [
      {
        op: "ReduceMean",
        inputs: ["image", "axis"],
        outputs: ["grey"],
        attributes: { keepdims: { int: 0 } },
      },
      { op: "Add", inputs: ["grey", "one"], outputs: ["positive"] },
      { op: "Mul", inputs: ["positive", "half"], outputs: ["steps"] },
      { op: "Max", inputs: ["steps", "low"], outputs: ["above"] },
      { op: "Min", inputs: ["above", "high"], outputs: ["between"] },
      {
        op: "Cast",
        inputs: ["between"],
        outputs: ["indices"],
        attributes: { to: { int: 7 } },
      },
    ],
  });
  const colours = Float32Array.from(
    { length: CODES * 3 },
    (_, i) => (2 * (Math.floor(i / 3) + 0.5)) / CODES - 1,
  );
  const decoder = writeModel({
    inputs: [{ name: "indices", type: "int64", shape: ["B", SIZE, SIZE] }],
    outputs: [{ name: "image", type: "float32", shape: ["B", SIZE, SIZE, 3] }],
    initializers: new Map<string, Constant>([
      ["colours", { type: "float32", shape: [CODES, 3], data: colours }],
    ]),
    nodes: [{ op: "Gather", inputs: ["colours", "indices"], outputs: ["image"] }],
  });
  const files = { encoder: path("encoder.onnx"), decoder: path("decoder.onnx") };
  writeFileSync(files.encoder, encoder);
  writeFileSync(files.decoder, decoder);
  return files;
}

describe("tokenizer card", () => {
  it("audits an ONNX pair and says everything on one page", async () => {
    const tokenizer = await openOnnxTokenizer({
      ...writeOnnxPair(),
      codebooks: { indices: 32 },
    });
    expect(tokenizer.size).toBe(SIZE);
    const images = await openImages(path("real"), { size: SIZE });
    const protocols = chooseProtocols(all, { size: SIZE });
    const options = {
      tokenizer: { ...tokenizer, taught: [{ name: "builtin-64-v1", hash: "" }] },
      images,
      protocols,
      batchSize: 8,
      pictures: 3,
    };
    const { card, pictures } = await auditTokenizer(options);
    const cut = auditTokenizer({
      ...options,
      keep: { folder: path("kept"), everyMs: 0 },
      onImages(done) {
        if (done > 16) throw new Error("power cut");
      },
    });
    await expect(cut).rejects.toThrow("power cut");
    const resumed: number[] = [];
    const onResume = ({ counted }: Position) => resumed.push(counted.real);
    const again = await auditTokenizer({
      ...options,
      keep: { folder: path("kept"), everyMs: 0, onResume },
    });
    expect(resumed).toEqual([16]);
    expect(again.card.codes).toEqual(card.codes);
    expect(again.card.protocols).toEqual(card.protocols);
    expect(again.pictures).toEqual(pictures);
    again.forget();
    expect(existsSync(path("kept"))).toBe(false);
    tokenizer.dispose();
    expect(card.warnings.join("\n")).toContain("builtin-64-v1 taught this tokenizer and judges it");
    expect(card.codes.bitsPerImage).toBe(SIZE * SIZE * 5);
    expect(card.codes.codedBitsPerImage).toBeLessThan(card.codes.bitsPerImage);
    expect(card.codes.books.indices?.used).toBeLessThan(32);
    expect(card.speed.encodeImagesPerSecond).toBeGreaterThan(0);
    expect(card.protocols.map(({ name }) => name)).toEqual([
      "pixels",
      "llamagen",
      "builtin",
      "codes",
    ]);
    const psnr = card.protocols[0]?.values.find(({ name }) => name === "psnr");
    expect(psnr?.interval?.low).toBeLessThan(psnr!.value);
    expect(pictures).toHaveLength(3);
    const page = cardPage(card, pictures);
    expect(page.match(/data:image\/png/g)).toHaveLength(6);
    expect(page).not.toMatch(/(src|href)="https?:/);
    const [, json] = /<script type="application\/json" id="card">(.*?)<\/script>/s.exec(page)!;
    expect(JSON.parse(json!)).toMatchObject({ format: "fqgan-tokenizer-card", version: 1 });
  });

  it("says what is missing", async () => {
    const files = writeOnnxPair();
    await expect(openOnnxTokenizer({ ...files, codebooks: {} })).rejects.toThrow(
      /expected the size of each codebook by the encoder's output names, indices, got none; say --codebook indices=16384/,
    );
    await expect(
      openOnnxTokenizer({ ...files, encoder: path("none.onnx"), codebooks: { indices: 32 } }),
    ).rejects.toThrow(/none\.onnx: expected an ONNX file/);
  });
});

describe("protocols", () => {
  it("are told apart by tool and open with their weights", () => {
    const files = { inception: "i.pth", vgg16: "v.pth", dinov2: "d.pth", clip: "c.pt" };
    const names = availableProtocols(files).map(({ name: protocol }) => protocol);
    expect(names).toEqual([
      "pixels",
      "llamagen",
      "adm",
      "torch-fidelity",
      "pytorch-fid",
      "clean-fid",
      "improved-precision-recall",
      "fd-dinov2",
      "cmmd",
      "codes",
    ]);
    expect(() => only("adm")).toThrow(/--protocol adm: expected one of pixels, .*--inception/);
    expect(() => chooseProtocols(all, { metrics: ["lpips"] })).toThrow(/--metric lpips: expected/);
  });
  it("measure what takes longer only where it is asked for by name", () => {
    const names = (metrics?: readonly string[]) =>
      chooseProtocols(all, { protocols: ["builtin"], metrics })[0]!.metrics.map(({ name }) => name);
    expect(names()).not.toContain("fid-infinity");
    expect(names(["fid", "fid-infinity"])).toEqual(["fid", "fid-infinity"]);
  });
  it("show their numbers with at least two digits that count", () => {
    const [value] = labelled({
      metric: "fid",
      values: { fid: 0.00123 },
      details: {},
      protocol: {},
    });
    expect(value).toMatchObject({ label: "FID", better: "lower", text: "1.2e-3" });
  });
});
