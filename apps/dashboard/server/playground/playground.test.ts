import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunFolder, RunFolder, runConfigSchema } from "@fqgan/experiment";
import { createTokenizer, encodeTokenizer } from "@fqgan/tokenizer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../app.js";
import { RunIndex } from "../run-index.js";
import { ModelStore } from "./model-store.js";
import { SHIPPED } from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-playground-"));
const runs = join(folder, "runs");
const cache = join(folder, "cache");
const told: string[] = [];
const store = new ModelStore({ folder: cache, log: (line) => told.push(line) });
const assets = {
  files: ["/index.html"],
  read: (path: string) => ({
    content: new TextEncoder().encode(path),
    type: "text/html",
    immutable: false,
  }),
};
const index = new RunIndex(runs, 1e6);
const app = createApp({ index, assets, playground: { assets, store }, hosts: [] });
const get = (path: string, headers: Record<string, string> = {}) =>
  app.request(path, { headers: { host: "127.0.0.1:7860", ...headers } });

const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };
const quantizer = { name: "vq", size: 16, dimensions: 4 };
const model = {
  image: { size: 8 },
  latentChannels: 8,
  encoder: network,
  decoder: network,
  codebooks: { visual: { quantizer }, semantic: { quantizer } },
};

async function writeRun(id: string, kind: "tokenizer" | "codes", isDone: boolean): Promise<void> {
  const config = runConfigSchema.parse({
    format: 1,
    id,
    label: id,
    kind,
    revision: 1,
    seed: 3,
    config: { model },
    inputs: {},
    createdAt: new Date(0).toISOString(),
    git: null,
    versions: {},
  });
  const run = await RunFolder.open(createRunFolder(runs, config));
  const tokenizer = createTokenizer(model, 1);
  run.writeCheckpoint("model", await encodeTokenizer(tokenizer));
  tokenizer.dispose();
  run.writeSummary({ metrics: {}, protocols: {} });
  if (isDone) run.markDone();
  run.close();
}

beforeAll(async () => {
  mkdirSync(runs);
  await writeRun("tokenizer-done", "tokenizer", true);
  await writeRun("tokenizer-going-on", "tokenizer", false);
  await writeRun("codes-done", "codes", true);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the playground's addresses", () => {
  it("isolate their page and let it compile WebAssembly; the other pages' policy stays", async () => {
    const page = await get("/playground/");
    expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    const policy = page.headers.get("content-security-policy")!;
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toMatch(/'unsafe-eval'|script-src[^;]*(unsafe-inline|blob:|\*)/);
    // a worker's policy is its own script's
    const script = await get("/playground/assets/worker.js");
    expect(script.headers.get("content-security-policy")).toBe(policy);
    expect(script.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    for (const path of ["/", "/runs/tokenizer-done", "/api/runs"]) {
      const { headers } = await get(path);
      expect(headers.get("content-security-policy")).not.toContain("wasm");
      expect(headers.get("cross-origin-embedder-policy")).toBeNull();
    }
  });

  it("serve the page with a slash at the end, from which its own addresses go on", async () => {
    const response = await get("/playground?model=a");
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/playground/?model=a");
    expect(await (await get("/playground/assets/a.js")).text()).toBe("/assets/a.js");
  });

  it("list the tokenizer that comes with fqgan and what is finished", async () => {
    const { dashboard, models } = await (await get("/playground/models.json")).json();
    expect(dashboard).toBe("../");
    expect(models.map(({ id }: { id: string }) => id)).toEqual([SHIPPED.id, "tokenizer-done"]);
  });

  it("give a run's model as ONNX, written once, outside of the runs folder", async () => {
    const before = readdirSync(join(runs, "tokenizer-done"), { recursive: true });
    const first = await get("/playground/models/tokenizer-done/fqgan.json");
    const manifest = await first.json();
    expect(manifest.image).toEqual({ height: 8, width: 8, channels: 3 });
    const { file, bytes } = manifest.tokenizer.files.decoder;
    const decoder = await get(`/playground/models/tokenizer-done/${file}`);
    expect(decoder.headers.get("content-length")).toBe(String(bytes));
    expect((await decoder.arrayBuffer()).byteLength).toBe(bytes);
    const tag = decoder.headers.get("etag")!;
    const again = await get(`/playground/models/tokenizer-done/${file}`, { "if-none-match": tag });
    expect(again.status).toBe(304);
    expect(told.filter((line) => line.startsWith("writing"))).toHaveLength(1);
    expect(readdirSync(cache)).toHaveLength(1);
    expect(readdirSync(join(runs, "tokenizer-done"), { recursive: true })).toEqual(before);
  });

  it("export once however many ask at the same time", async () => {
    rmSync(cache, { recursive: true });
    told.length = 0;
    const answers = await Promise.all(
      [1, 2, 3].map(() => get("/playground/models/tokenizer-done/fqgan.json")),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(told.filter((line) => line.startsWith("writing"))).toHaveLength(1);
  });

  it.each([
    ["models/tokenizer-going-on/fqgan.json", 400, /expected a finished run/],
    ["models/codes-done/fqgan.json", 400, /expected a tokenizer or generator run, got a codes/],
    ["models/none/fqgan.json", 404, /not found/],
    ["models/..%2f..%2fetc/fqgan.json", 404, /not found/],
    ["models/tokenizer-done/..%2f..%2fsecret", 404, /has no file/],
    ["models/tokenizer-done/config.json", 404, /has no file config\.json/],
  ])("refuse %s with a sentence", async (path, status, message) => {
    writeFileSync(join(folder, "secret"), "secret");
    const response = await get(`/playground/${path}`);
    expect(response.status).toBe(status);
    expect((await response.json()).error).toMatch(message);
  });

  it("are no way around the token", async () => {
    const open = createApp({
      index,
      assets,
      playground: { assets, store },
      hosts: [],
      token: "secret-token",
    });
    for (const path of ["/playground/", "/playground/models.json"])
      expect((await open.request(path, { headers: { host: "gpu:1" } })).status).toBe(401);
  });
});

it("keeps the models that were used last", async () => {
  const kept = join(folder, "kept");
  const source = (id: string) => {
    writeFileSync(join(folder, id), id);
    return {
      ...SHIPPED,
      id,
      checkpoints: [join(folder, id)],
      export: async () => ({
        manifest: {} as never,
        files: new Map([["a.onnx", new Uint8Array(3)]]),
      }),
    };
  };
  const own = new ModelStore({ folder: kept });
  const first = await own.open(source("model-0"));
  for (let i = 1; i <= 24; i++) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    await own.open(source(`model-${i}`));
    if (i === 12) await own.open(source("model-0"));
  }
  expect(readdirSync(kept)).toHaveLength(24);
  expect(readdirSync(first)).toContain("a.onnx");
});
