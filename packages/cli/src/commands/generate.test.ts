import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGenerator, encodeGenerator, Sampler } from "@fqgan/ar-generator";
import {
  codesInParts,
  createRunFolder,
  type PlannedStage,
  planCodes,
  planGenerator,
  RunFolder,
  readCodes,
  readEvents,
  readMedia,
  readMetrics,
  readRunConfig,
  readRunStatus,
  readSummary,
  runStage,
} from "@fqgan/experiment";
import { decodeImage, encodePng } from "@fqgan/image";
import { createKey, fold, startEngine, tf, uniform } from "@fqgan/tensor";
import {
  createTokenizer,
  encodeTokenizer,
  parseTokenizerConfig,
  tokenizerHash,
} from "@fqgan/tokenizer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runProgram } from "../program.js";

/** Two classes that the built-in classifier knows. */
const CLASSES = ["arrow", "arts & crafts"];
const SIDE = 8;
const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };
const quantizer = { name: "vq", size: 16, dimensions: 4 };

let folder: string;
let runs: string;
let codesId: string;

const never = new AbortController().signal;

/** A run folder as a stage left it. */
async function finished(stage: PlannedStage, model: Uint8Array): Promise<void> {
  const { id, label, kind, revision, seed, config, inputs } = stage;
  const path = createRunFolder(
    runs,
    folderConfig({ id, label, kind, revision, seed, config, inputs }),
  );
  const run = await RunFolder.open(path);
  run.writeCheckpoint("model", model);
  run.writeSummary({ metrics: {}, protocols: {} });
  run.markDone();
  run.close();
}

const folderConfig = (
  facts: Pick<PlannedStage, "id" | "label" | "kind" | "revision" | "seed" | "config" | "inputs">,
) => ({
  format: 1 as const,
  createdAt: "2026-01-01T00:00:00.000Z",
  git: null,
  versions: {},
  ...facts,
  config: { ...facts.config },
  inputs: { ...facts.inputs },
});

async function writeTokenizer(id: string, seed: number) {
  const codebooks = { visual: { quantizer }, semantic: { quantizer } };
  const config = parseTokenizerConfig(
    { image: { size: SIDE }, latentChannels: 8, encoder: network, decoder: network, codebooks },
    "test",
  );
  const tokenizer = createTokenizer(config, seed);
  const data = { name: "folder", path: join(folder, "images"), size: SIDE };
  const stage = { id, label: id, kind: "tokenizer" as const, revision: 1, seed, inputs: {} };
  await finished({ ...stage, config: { data, model: config } }, await encodeTokenizer(tokenizer));
  const hash = await tokenizerHash(tokenizer);
  const { grid } = tokenizer;
  tokenizer.dispose();
  return { data, hash, grid };
}

beforeAll(async () => {
  await startEngine({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fqgan-generate-"));
  runs = join(folder, "runs");
  for (const name of CLASSES)
    for (let i = 0; i < 14; i++) {
      mkdirSync(join(folder, "images", name), { recursive: true });
      const values = uniform(fold(createKey(i), name), SIDE * SIDE * 3);
      const data = Uint8Array.from(values, (value) => 255 * value);
      const png = await encodePng({ width: SIDE, height: SIDE, channels: 3, data });
      writeFileSync(join(folder, "images", name, `${i}.png`), png);
    }
  const { data, hash, grid } = await writeTokenizer("tokenizer-own", 1);
  await writeTokenizer("tokenizer-other", 2);
  const crops = { name: "ten-crop", range: 1.25 };
  const codes = { data, crops, batchSize: 16, shardImages: 8 };
  const stage = planCodes({ tokenizer: "tokenizer-own", codes }, "test");
  codesId = stage.id;
  await runStage(createRunFolder(runs, folderConfig(stage)), {
    signal: never,
    checkpointEveryMs: 1e9,
  });
  const model = {
    width: 32,
    layers: 1,
    heads: 2,
    feedForwardMultiple: 8,
    head: { name: "factorized", layers: 1 },
  };
  const generatorStage = planGenerator(
    {
      tokenizer: "tokenizer-own",
      codes: codes as never,
      generator: {
        model,
        train: { steps: 1, batchSize: 4 },
        sample: { variants: { greedy: { topK: 1 } } },
        evaluate: { nearest: "train" },
      } as never,
      seed: 0,
    },
    "test",
  )[1]!;
  const generator = createGenerator(
    { ...model, vocabularies: { visual: 16, semantic: 16 }, grid: [...grid], classes: 2 },
    createKey(3),
  );
  for (const [name, variable] of generator.namedVariables())
    if (name.includes("outputs"))
      variable.assign(
        tf.tensor(
          uniform(fold(createKey(4), name), variable.size).map((value) => 2 * value - 1),
          variable.shape,
        ) as never,
      );
  await finished(
    { ...generatorStage, label: "tiny" },
    await encodeGenerator({ generator, tokenizerHash: hash }),
  );
  generator.dispose();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command line in this process. */
async function fqgan(...parameters: string[]) {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += text;
      return true;
    }),
  );
  try {
    const code = await runProgram(["--runs", runs, ...parameters], { entry: "" });
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe("extracting codes", () => {
  it("writes ten crops of training images and one of others, in shards", () => {
    const { splits, vocabularies } = readCodes(join(runs, codesId));
    expect(vocabularies).toEqual({ visual: 16, semantic: 16 });
    const [train, test] = [splits.train!, splits.test!];
    expect([train.crops, train.positions.visual]).toEqual([10, 16]);
    expect([test.crops, test.positions.visual]).toEqual([1, 16]);
    const files = readdirSync(join(runs, codesId, "codes"));
    expect(files.filter((name) => name.startsWith("train-")).length).toBeGreaterThan(1);
  });

  it("goes on after an interruption with the shards that are missing", async () => {
    const path = join(runs, codesId);
    const contents = () =>
      Object.values(readCodes(path).splits).map((split) => [
        split.labels,
        ...Object.keys(split.positions).map((name) => [...codesInParts(split, name)]),
      ]);
    const before = contents();
    rmSync(join(path, "done"));
    rmSync(join(path, "codes", "train-00001.safetensors"));
    expect(readRunStatus(path)).not.toBe("done");
    const aborted = { signal: AbortSignal.abort(), checkpointEveryMs: 1e9 };
    expect(await runStage(path, aborted)).toBe("stopped");
    expect(readEvents(path).at(-1)).toMatchObject({ type: "stopped" });
    await runStage(path, { signal: never, checkpointEveryMs: 1e9 });
    expect(contents()).toEqual(before);
  });
});

it("a generator trains on the crops, and says what its sub-codes tell about one another", async () => {
  const codes = readRunConfig(join(runs, codesId)).config;
  const model = { width: 32, layers: 1, heads: 2, head: { name: "factorized", layers: 1 } };
  const generator = {
    model,
    train: { steps: 2, batchSize: 4, ema: 0.5 },
    sample: { perClass: 1, batchSize: 2, precision: "int8" },
    evaluate: { metrics: [] },
  };
  const stage = planGenerator(
    { tokenizer: "tokenizer-own", codes: codes as never, generator: generator as never, seed: 1 },
    "test",
  )[1]!;
  const path = createRunFolder(runs, folderConfig(stage));
  expect(await runStage(path, { signal: never, checkpointEveryMs: 1e9 })).toBe("done");
  const { metrics } = readSummary(path)!;
  expect(metrics["test/loss"]).toBeGreaterThan(0);
  // An untrained head knows nothing of dependence.
  expect(Math.abs(metrics["test/information.semantic"]!)).toBeLessThan(0.05);
  const information = JSON.parse(readFileSync(join(path, "information.json"), "utf8"));
  expect(information.maps.semantic).toHaveLength(16);
  expect(readMedia(path).map(({ kind }) => kind)).toEqual(["samples", "information", "samples"]);
  expect(readMetrics(path).at(-1)).toHaveProperty("train/loss.semantic");
  rmSync(path, { recursive: true });
});

describe("evaluating what was generated", () => {
  const fids = async (...parameters: string[]) => {
    const { code, stdout, stderr } = await fqgan(
      ...["--json", "--quiet", "evaluate", "generation", ...parameters],
    );
    expect([code, stderr]).toEqual([0, ""]);
    const { protocols, counts, warnings } = JSON.parse(stdout);
    const [builtin] = protocols as { results: { metric: string; values: { fid?: number } }[] }[];
    const { values } = builtin!.results.find(({ metric }) => metric === "fid")!;
    return { counts, fid: values.fid!, warnings: String(warnings) };
  };

  it("draws from the newest run and compares with its own images", async () => {
    const { counts, fid, warnings } = await fids("--count", "80");
    const { train } = readCodes(join(runs, codesId)).splits;
    expect(counts).toEqual({ real: train!.count, fake: 80 });
    expect(fid).toBeGreaterThan(0);
    expect(warnings).not.toContain("taught");
    // the same seed gives the same images, and a judge that taught the tokenizer is told
    const file = join(runs, "tokenizer-own", "taught.json");
    const networks = [{ name: "builtin-64-v1", hash: "" }];
    writeFileSync(file, JSON.stringify({ format: 1, networks }));
    const again = await fids("--count", "80");
    rmSync(file);
    expect(again.fid).toBe(fid);
    expect(again.warnings).toContain("builtin-64-v1 taught this tokenizer and judges it here");
  });

  it("takes samples in a folder, and the images of a run or of another folder", async () => {
    const out = join(folder, "to-judge");
    await fqgan("--quiet", "generate", "--count", "40", "--out", out);
    const run = readdirSync(runs).find((name) => name.startsWith("generator-"))!;
    const { counts, fid } = await fids(out, "--real", join(runs, run));
    expect(counts.fake).toBe(80);
    expect(fid).toBeGreaterThan(0);
    const reals = join(folder, "images");
    expect((await fids(run, "--count", "80", "--real", reals)).counts).toEqual({
      real: 28,
      fake: 80,
    });
    const alone = await fqgan("evaluate", "generation", out);
    expect(alone.stderr).toContain("--real: expected what samples in files are compared with");
  });
});

describe("generating", () => {
  it("writes a grid that depends on the seed alone", async () => {
    const draw = async (name: string, ...more: string[]) => {
      const out = join(folder, name);
      const { code, stdout } = await fqgan(
        "--json",
        "generate",
        "--grid",
        "--count",
        "3",
        "--out",
        out,
        ...more,
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout).files).toEqual([`${out}.png`]);
      return (await decodeImage(`${out}.png`, { alpha: "drop" })).data;
    };
    const first = await draw(
      "a",
      "--seed",
      "5",
      "--guidance",
      "2,1.5",
      "--top-k",
      "visual=8,semantic=4",
    );
    expect(
      await draw("b", "--seed", "5", "--guidance", "2,1.5", "--top-k", "8,4", "--batch", "2"),
    ).toEqual(first);
    expect(await draw("c", "--seed", "6", "--guidance", "2,1.5", "--top-k", "8,4")).not.toEqual(
      first,
    );
  });

  it("writes a file for each image, named by class", async () => {
    const out = join(folder, "files");
    await fqgan(
      "--quiet",
      "generate",
      "--class",
      "arrow",
      "--class",
      "1",
      "--count",
      "2",
      "--out",
      out,
    );
    expect(readdirSync(out)).toEqual([
      "arrow-000.png",
      "arrow-001.png",
      "arts-crafts-000.png",
      "arts-crafts-001.png",
    ]);
    const twice = join(folder, "twice");
    await fqgan("generate", "--class", "0", "--class", "arrow", "--count", "1", "--out", twice);
    expect(readdirSync(twice)).toEqual(["arrow-000.png", "arrow-001.png"]);
  });

  it("writes frames while it draws, the last of which is the picture", async () => {
    const [out, frames] = [join(folder, "unfolded"), join(folder, "frames")];
    const common = ["generate", "--class", "0", "--count", "2", "--seed", "1"];
    await fqgan("--quiet", ...common, "--out", out, "--frames", frames);
    expect(readdirSync(frames)).toHaveLength(4);
    await fqgan("--quiet", ...common, "--out", join(folder, "whole"));
    for (const name of ["arrow-000.png", "arrow-001.png"])
      expect(readFileSync(join(out, name))).toEqual(readFileSync(join(folder, "whole", name)));
    const { stderr } = await fqgan(...common, "--watch", "--out", out);
    expect(stderr).toContain("▀");
  });

  it("keeps what the run's classifier recognises best", async () => {
    const out = join(folder, "accepted");
    const { code } = await fqgan(
      "--quiet",
      "generate",
      "--count",
      "1",
      "--accept",
      "0.25",
      "--out",
      out,
    );
    expect(code).toBe(0);
    expect(readdirSync(out)).toEqual(["arrow-000.png", "arts-crafts-000.png"]);
    const both = await fqgan("generate", "--accept", "0.5", "--watch");
    expect(both.stderr).toContain("leave out --frames and --watch");
  });

  it("says what fewer bits cost", async () => {
    const { stdout, code } = await fqgan(
      "--json",
      "--quiet",
      "generate",
      "--count",
      "1",
      "--precision",
      "int4",
      "--out",
      join(folder, "int4"),
    );
    expect(code).toBe(0);
    const { measured } = JSON.parse(stdout) as {
      measured: { precision: string; perplexity: number }[];
    };
    expect(measured.map(({ precision }) => precision)).toEqual(["float32", "int4"]);
    const [whole, rounded] = measured.map(({ perplexity }) => perplexity);
    expect(rounded).not.toBe(whole);
    expect(Math.abs(rounded! / whole! - 1)).toBeLessThan(0.2);
  });

  it("measures samples with fewer bits, drawn in the one way that was asked for", async () => {
    const draw = vi.spyOn(Sampler.prototype, "generate");
    const { stdout, stderr } = await fqgan(
      "generate",
      "--class",
      "0",
      "--count",
      "1",
      "--precision",
      "int8",
      "--measure",
      "80",
      "--out",
      join(folder, "int8"),
    );
    expect(stdout).toMatch(
      /^float32 +perplexity on held-out codes [\d.]+ {2}FID of samples [\d.]+$/m,
    );
    expect(stdout).toMatch(
      /^int8 +perplexity on held-out codes [\d.]+ \([+-][\d.]+ %\) {2}FID of samples [\d.]+$/m,
    );
    expect(stderr).toContain("float32: 80 samples\nint8: 80 samples\n");
    const drawn = draw.mock.calls.map(([{ classes }]) => classes.length);
    draw.mockRestore();
    expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(1 + 2 * 80);
  });

  it.each([
    [["--class", "arow"], '--class arow: expected 0 to 1 or a name; did you mean "arrow"?'],
    [["--class", "7"], "--class 7: expected 0 to 1 or a name"],
    [
      ["--guidance", "1,2,3"],
      "guidance.scale: expected one number or one for each of the 2 codebooks (visual, semantic), got a list of 3",
    ],
    [["--guidance", "visual=2"], "guidance.scale: expected one number or one for each"],
    [["--guidance", "much"], "--guidance: expected a number"],
    [["--guidance-schedule", "cosin"], 'did you mean "cosine"?'],
    [["--guidance-interval", "5:2"], "--guidance-interval: expected first:end"],
    [["--top-k", "17"], "topK: 17 is more than the 16 codes of visual; use at most 16"],
    [["--top-p", "0"], "topP"],
    [["--precision", "int5"], "Allowed choices are float32, int8, int4"],
    [["--accept", "2"], "--accept: expected a share"],
    [["--tokenizer", "tokenizer-other"], "codes of another tokenizer: expected tokenizer"],
    [["--from", "tokenizer-own"], "expected a generator run, got a tokenizer run"],
  ])("refuses %j", async (parameters, message) => {
    const { code, stderr, stdout } = await fqgan(
      "generate",
      ...parameters,
      "--out",
      join(folder, "none"),
    );
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});

describe("exporting", () => {
  it("writes the generator beside its tokenizer, and draws the same with it", async () => {
    const out = join(folder, "onnx");
    const more = ["--batch", "2", "--images", "2", "--data", join(folder, "images")];
    const { code, stdout } = await fqgan("export", "onnx", out, "--generator", ...more);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^generator\.onnx .* logits within \S+$/m);
    expect(stdout).toContain("2 images drawn with one seed: 0 of 64 codes differ");
    const { generator } = JSON.parse(readFileSync(join(out, "fqgan.json"), "utf8"));
    expect(generator).toMatchObject({
      classes: CLASSES,
      rows: 4,
      stages: [["visual"], ["semantic"]],
    });
  });
});
