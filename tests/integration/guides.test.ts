/** The guides under docs/guides: what they print is what is in docs/guides/code, and that runs. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGenerator, exportWeights } from "@fqgan/ar-generator";
import {
  composePatches,
  createRuns,
  type DataRecord,
  experimentPresets,
  loadSweepFile,
  planExperiment,
  planSweep,
  runStage,
  sweepFileSchema,
} from "@fqgan/experiment";
import { decodeImage } from "@fqgan/image";
import { createQuantizer } from "@fqgan/quantizer";
import { createKey, encodePytorch, normal, readVariables, type Tensor1D, tf } from "@fqgan/tensor";
import { createTokenizer, saveTokenizer } from "@fqgan/tokenizer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sampleFar } from "../../docs/guides/code/import-far.js";
import { overview, training } from "../../docs/guides/code/read-a-run.js";
import { relativeTargets } from "../../site/stage/links.js";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/guides");
const code = join(folder, "code");
const guides = readdirSync(folder).filter((name) => name.endsWith(".md"));
const read = (...parts: string[]) => readFileSync(join(folder, ...parts), "utf8");

/** A guide's blocks of one language. */
const blocks = (guide: string, language: string) =>
  [...read(guide).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, block]) =>
    found === language ? [block!] : [],
  );

const temporary = mkdtempSync(join(tmpdir(), "fqgan-guides-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe("what guides print", () => {
  it("is TypeScript that lies in a file beside them", () => {
    const files = readdirSync(code).filter((name) => name.endsWith(".ts"));
    const printed = guides.flatMap((guide) => blocks(guide, "ts"));
    expect([...printed].sort()).toEqual(files.map((name) => read("code", name)).sort());
  });

  it("links to files that exist, and the index to every guide", () => {
    const documents = ["concepts.md", ...guides.map((name) => `guides/${name}`)];
    for (const document of documents) {
      const text = readFileSync(join(root, "docs", document), "utf8");
      for (const target of relativeTargets(text)) {
        const path = join(root, "docs", document, "..", target);
        expect(existsSync(path), `${document}: ${target}`).toBe(true);
      }
    }
    const listed = relativeTargets(read("README.md")).sort();
    expect(listed).toEqual(guides.filter((name) => name !== "README.md").sort());
  });

  it("is YAML that is a sweep, or part of one", async () => {
    await import("../../docs/guides/code/chain-head.js");
    const { config: base } = experimentPresets.get("emoji-mini");
    for (const guide of guides)
      for (const block of blocks(guide, "yaml")) {
        const content = parse(block) as DataRecord;
        const { axes = {}, executor, retry, ...experiment } = content;
        const file = content.name
          ? content
          : {
              name: "fragment",
              base: composePatches(base, experiment as DataRecord),
              axes,
              ...(executor && { executor }),
              ...(retry && { retry }),
            };
        const { stages } = planSweep(sweepFileSchema.parse(file), { command: guide });
        expect(stages.length, guide).toBeGreaterThan(0);
      }
  });
});

describe("your first sweep", () => {
  it("has the runs that its comment says, under the names that commands use", async () => {
    const file = await loadSweepFile(join(code, "first-sweep.yaml"));
    expect(blocks("first-sweep.md", "yaml")).toEqual([read("code", "first-sweep.yaml")]);
    const { record, stages } = planSweep(file, { command: "" });
    expect(stages).toHaveLength(12);
    const slugs = record.points.map(({ slug }) => slug);
    for (const [, slug] of read("first-sweep.md").matchAll(/codebooks\/([a-z0-9-]+)/g))
      expect(slugs).toContain(slug);
    expect(planSweep(file, { command: "", variant: "quick" }).record.name).toBe("codebooks-quick");
  });

  it("may be a program", async () => {
    const { default: sweep } = await import("../../docs/guides/code/first-sweep.js");
    const { stages } = planSweep(sweepFileSchema.parse(sweep), { command: "" });
    expect(stages).toHaveLength(12);
    const sizes = stages.map(
      ({ config }) => (config as unknown as Sized).model.codebooks.visual.quantizer.size,
    );
    expect(new Set(sizes)).toEqual(new Set([64, 128, 256, 512]));
  });
});

interface Sized {
  readonly model: {
    readonly codebooks: { readonly visual: { readonly quantizer: { size: number } } };
  };
}

describe("add a quantizer in one file", () => {
  it("gives codes that looking up gives again, one for each index", async () => {
    await import("../../docs/guides/code/learned-levels.js");
    const config = { name: "learned-levels", dimensions: 6, levels: 8 };
    const quantizer = createQuantizer(config, createKey(0));
    const latents = tf.tensor2d(normal(createKey(1), 6 * 50), [50, 6]);
    const { codes, indices, losses } = quantizer.quantize(latents, { training: false });
    expect(losses).toEqual({});
    expect(quantizer.lookup(indices).dataSync()).toEqual(codes.dataSync());
    const ends = tf.tensor1d([0, 8 ** 6 - 1], "int32") as Tensor1D;
    const [first, last] = [Array(6).fill(-1), Array(6).fill(1)];
    expect([...quantizer.lookup(ends).dataSync()]).toEqual([...first, ...last]);
  });

  it("trains in a tokenizer, compiled", async () => {
    const { codes, report } = await import("../../docs/guides/code/use-learned-levels.js");
    expect(report["loss.visual.levels"]).toBeGreaterThan(0);
    const { data, shape } = codes.visual!;
    expect(shape[0]).toBe(2);
    expect(Math.max(...data)).toBeLessThan(256);
    expect(new Set(data).size).toBeGreaterThan(1);
  });
});

describe("add a head in one file", () => {
  it("learns what independent classifiers can't", async () => {
    const { codes, losses } = await import("../../docs/guides/code/use-chain-head.js");
    expect(losses["loss.semantic"]).toBeLessThan(1);
    expect(losses["loss.semantic"]).toBeLessThan(losses["loss.visual"]! - 0.5);
    expect(codes.semantic!.shape).toEqual([4, 4]);
  });
});

describe("read a run folder", () => {
  const runs = join(temporary, "runs");

  beforeAll(async () => {
    const stages = planExperiment(tinyExperiment, 0, "guides");
    createRuns(runs, stages);
    const { signal } = new AbortController();
    await runStage(join(runs, stages[0]!.id), { signal, checkpointEveryMs: 30_000 });
  }, 120_000);

  it("from TypeScript", () => {
    const [run] = overview(runs);
    expect(run).toMatchObject({ kind: "tokenizer", status: "done" });
    const { loss, psnr, measuredOn, seed } = training(runs);
    expect(seed).toBe(0);
    expect(loss.at(-1)![0]).toBe(4);
    expect(psnr).toBeGreaterThan(0);
    expect(measuredOn).toMatchObject({ split: "test" });
  });
});

const tinyExperiment = {
  until: "tokenizer",
  data: { name: "emoji", size: 16 },
  tokenizer: {
    preset: "vqgan-mini",
    model: { codebooks: { visual: { quantizer: { size: 32 } } }, latentChannels: 16 },
    train: { steps: 4, batchSize: 8, validateEverySteps: 4, logEverySteps: 1 },
    evaluate: { metrics: [{ name: "psnr" }], validationImages: 8, pictures: 2 },
  },
};

describe("a tokenizer in your own TypeScript", () => {
  it("takes a picture to codes and back", async () => {
    const { bitsPerImage, codebooks, decode, encode } = await import(
      "../../docs/guides/code/tokenizer.js"
    );
    expect(bitsPerImage).toBe(4608);
    const photograph = join(root, "tests/parity/fixtures/image/large_360x410.webp");
    const codes = await encode(photograph);
    expect(Object.keys(codes)).toEqual(Object.keys(codebooks));
    const file = join(temporary, "decoded.png");
    writeFileSync(file, await decode(codes));
    expect(await decodeImage(file)).toMatchObject({ width: 64, height: 64 });
  });
});

describe("import a checkpoint", () => {
  it("of FAR, with the tokenizer that decodes its codes", async () => {
    const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };
    const codebook = {
      quantizer: { name: "vq", size: 16, dimensions: 4 },
      adapter: { name: "none" },
    };
    const tokenizer = createTokenizer({
      image: { size: 16 },
      encoder: network,
      decoder: network,
      latentChannels: 8,
      codebooks: { visual: codebook, semantic: codebook },
    });
    const tokenizerFile = join(temporary, "dual.safetensors");
    await saveTokenizer(tokenizerFile, tokenizer);
    const generator = createGenerator(
      {
        vocabularies: { visual: 16, semantic: 16 },
        grid: [...tokenizer.grid],
        classes: 3,
        width: 64,
        layers: 1,
        heads: 1,
        head: { name: "factorized", layers: 1 },
      },
      createKey(4),
    );
    const own = await readVariables(generator.namedVariables());
    const file = join(temporary, "far.pt");
    writeFileSync(file, encodePytorch({ model: exportWeights(generator.config, own, "far") }));
    const { pictures } = await sampleFar(file, tokenizerFile, [0, 2]);
    expect(pictures.shape).toEqual([2, 16, 16, 3]);
  });
});
