/**
 * Exported models outside of our own engine: ONNX's own checker, ONNX Runtime in Node, and in Chromium on
 * WebAssembly and on WebGPU (SwiftShader). The same images must give the same codes everywhere.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Sampler } from "@fqgan/ar-generator";
import { evaluationBatches, loadDataset } from "@fqgan/data";
import { openTokenizer } from "@fqgan/onnx";
import {
  type CodeDifferences,
  codeDifferences,
  exportGenerator,
  exportTokenizer,
  type Named,
  nodeRuntime,
  readExported,
  throughCodes,
  writeExported,
} from "@fqgan/onnx/export";
import { compile, type EngineName, hostTensor, startEngine, type Tensor } from "@fqgan/tensor";
import { defaultTokenizer, loadTokenizer } from "@fqgan/tokenizer";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyGenerator, tinyTokenizer } from "../../packages/onnx/src/testing/tiny.js";
import { launchChromium, WEBGPU } from "./chromium.js";
import { fqgan, temporaryFolder } from "./command.js";

const run = promisify(execFile);
const folder = temporaryFolder("onnx");
const at = (name: string) => join(folder.path, name);
const PRECISIONS = ["float32", "float16", "int8"] as const;
const IMAGES = 2;

/** What an image becomes on its way to codes. */
interface Coded {
  readonly latent: Named;
  readonly code: Named;
}

let images: Float32Array;
let browser: Browser;
let server: Server;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  for (const precision of PRECISIONS) {
    const command = ["export", "onnx", at(precision), "--precision", precision, "--json"];
    const { code, stdout, stderr } = await fqgan(command).ended;
    expect(code, stderr).toBe(0);
    writeFileSync(at(`${precision}.json`), stdout);
  }
  await writeGenerator();
  const { splits, close } = await loadDataset({ name: "emoji", size: 64 });
  for await (const batch of evaluationBatches(splits.test, IMAGES, IMAGES))
    images = batch.images.data as Float32Array;
  await close();
  page = await openPage();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  folder.remove();
});

/** A generator with drawn weights and its tokenizer, which the command line would need a run for. */
async function writeGenerator(): Promise<void> {
  const tokenizer = tinyTokenizer({ visual: 16, semantic: 12 });
  const generator = tinyGenerator();
  const exported = await exportGenerator(generator, {
    preset: "tiny",
    tokenizer: await exportTokenizer(tokenizer, { preset: "tiny" }),
    tokenizerHash: "",
    classes: ["cat", "dog", "sun"],
  });
  writeExported(at("generator"), exported);
  const sampler = new Sampler(generator, { batch: 1 });
  const drawn = await sampler.generate({ classes: [1], seed: 5, guidance: { scale: 2 } });
  sampler.dispose();
  const codes = Object.entries(drawn).map(([name, { data }]) => [name, [...data]]);
  writeFileSync(at("drawn.json"), JSON.stringify(Object.fromEntries(codes)));
}

/** The page of the package's README, bundled, and served with the headers that threads need. */
async function openPage(): Promise<Page> {
  const readme = readFileSync("packages/onnx/README.md", "utf8");
  const [, opening] = /```js\n([\s\S]*?)```/.exec(readme)!;
  const { outputFiles, metafile } = await build({
    stdin: { contents: `${opening}\n${PAGE}`, resolveDir: resolve(".") },
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["@fqgan/source"],
    metafile: true,
    write: false,
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => /tfjs|onnxruntime-node|^node:/.test(path))).toEqual([]);
  server = createServer((request, response) => {
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    const path = request.url!;
    const send = (type: string, body: string | Uint8Array) => {
      response.setHeader("content-type", type);
      response.end(body);
    };
    if (path === "/") send("text/html", '<script type="module" src="/page.js"></script>');
    else if (path === "/page.js") send("text/javascript", outputFiles[0]!.contents);
    else if (path.startsWith("/ort/")) {
      const file = readFileSync(join("node_modules/onnxruntime-web/dist", path.slice(5)));
      send(path.endsWith(".mjs") ? "text/javascript" : "application/wasm", file);
    } else if (/^\/\w+\/[\w.-]+$/.test(path))
      send("application/octet-stream", readFileSync(join(folder.path, path)));
    else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  browser = await launchChromium(WEBGPU);
  const tab = await browser.newPage();
  tab.on("pageerror", (error) => problems.push(error.message));
  const { port } = server.address() as { port: number };
  await tab.goto(`http://127.0.0.1:${port}/`);
  await tab.waitForFunction("window.ready === true");
  return tab;
}

const ADAPTER = "navigator.gpu?.requestAdapter().then((adapter) => adapter !== null)";

const PAGE = `
import { openGenerator } from "@fqgan/onnx";
ort.env.wasm.wasmPaths = location.origin + "/ort/";
ort.env.wasm.numThreads = 2;
const plain = (values) => Object.fromEntries(Object.entries(values).map(([k, v]) => [k, [...v]]));
window.isolated = crossOriginIsolated;
window.code = async (base, provider, images) => {
  const model = await openAt(base, provider);
  const latent = await model.run("encoder", { images: Float32Array.from(images) });
  const code = await model.run("quantizer", latent);
  const codes = Object.entries(code).map(([name, values]) => [name.replace("code.", ""), values]);
  const pictures = await model.decode(Object.fromEntries(codes));
  await model.dispose();
  return { latent: plain(latent), code: plain(code), pictures: [...pictures] };
};
window.draw = async (base, provider, options) => {
  const manifest = readManifest(await (await fetch(base + "/fqgan.json")).json());
  const createSession = (file) =>
    ort.InferenceSession.create(base + "/" + file, { executionProviders: [provider] });
  const model = await openGenerator({ manifest, createSession, Tensor: ort.Tensor });
  const codes = await model.generate(options);
  await model.dispose();
  return plain(codes);
};
window.ready = true;
`;

interface FromPage {
  readonly latent: Record<string, number[]>;
  readonly code: Record<string, number[]>;
  readonly pictures: number[];
}

const inBrowser = (provider: string): Promise<FromPage> =>
  page.evaluate(
    ([provider, images]) =>
      (
        window as unknown as {
          code(base: string, provider: string, images: readonly number[]): Promise<FromPage>;
        }
      ).code("/float32", provider, images),
    [provider, [...images]] as const,
  );

const typed = ({ latent, code }: FromPage): Coded => ({
  latent: mapRecord(latent, (values) => Float32Array.from(values)),
  code: mapRecord(code, (values) => Int32Array.from(values)),
});

const mapRecord = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** What our own engine makes of the images. */
async function onEngine(engine: EngineName): Promise<Coded> {
  await startEngine({ engine });
  const tokenizer = await loadTokenizer(defaultTokenizer);
  const program = compile(({ x }: { x: Tensor }) => {
    const latent = tokenizer.encodeLatents(x);
    return {
      latent: { ...latent },
      code: { ...tokenizer.quantize(latent, { training: false }).codes },
    };
  });
  const made = await program({ x: hostTensor(images, [IMAGES, 64, 64, 3]) });
  program.dispose();
  const named = (prefix: "latent" | "code") =>
    Object.fromEntries(
      Object.entries(made[prefix]).map(([name, { data }]) => [`${prefix}.${name}`, data]),
    ) as Named;
  tokenizer.dispose();
  return { latent: named("latent"), code: named("code") };
}

describe("exported files", () => {
  it.each([...PRECISIONS, "generator"])("pass ONNX's own checker: %s", async (name) => {
    const files = readdirSync(at(name)).filter((file) => file.endsWith(".onnx"));
    expect(files.length).toBeGreaterThan(3);
    const { stdout } = await run("/usr/bin/python3", [
      "-c",
      CHECK,
      ...files.map((file) => join(at(name), file)),
    ]);
    const checked = JSON.parse(stdout) as Record<
      string,
      { ops: string[]; metadata: Record<string, string> }
    >;
    for (const file of files) {
      const { metadata } = checked[join(at(name), file)]!;
      expect(metadata["fqgan.part"]).toBe(file.replace(".onnx", ""));
      expect(metadata["fqgan.tokenizer"]).toBe(readExported(at(name)).tokenizer.hash);
    }
  });

  it("are half and a quarter of the size in fewer bits, and say how far off they are", () => {
    const report = (precision: string) => JSON.parse(readFileSync(at(`${precision}.json`), "utf8"));
    const bytesOf = (precision: string) => report(precision).manifest.tokenizer.files.encoder.bytes;
    expect(bytesOf("float16") / bytesOf("float32")).toBeLessThan(0.6);
    expect(bytesOf("int8") / bytesOf("float32")).toBeLessThan(0.4);
    const worst = PRECISIONS.map(
      (precision) => report(precision).comparison.tokenizer.reconstruction,
    );
    expect(worst[0]).toBeLessThan(worst[2]);
    expect(report("float32").comparison.tokenizer.files[1]).toMatchObject({ worst: 0 });
  });
});

describe("the same images", () => {
  let eager: Coded;
  beforeAll(async () => {
    eager = await onEngine("cpu");
  });

  /** Codes are the same, but for ties: latents at them are apart by their last digits only. */
  const expectSameCodes = (other: Coded, where: string): CodeDifferences => {
    const found = codeDifferences(readExported(at("float32")), eager, other);
    expect(found.codes).toBe(IMAGES * 2 * 256);
    expect(found.differing, `${where}: ${JSON.stringify(found)}`).toBeLessThanOrEqual(4);
    expect(found.apart, `${where}: a code differs that is no tie`).toBeLessThan(1e-4);
    return found;
  };

  it("give the same codes compiled for ONNX Runtime", async () => {
    expectSameCodes(await onEngine("onnx"), "compiled");
  });

  it("give the same codes as files in Node", async () => {
    const manifest = readExported(at("float32"));
    const model = await openTokenizer({ manifest, ...(await nodeRuntime(at("float32"))) });
    expectSameCodes(await throughCodes(model, { images }), "onnxruntime-node");
    await model.dispose();
  });

  it.each(["wasm", "webgpu"])("give the same codes in Chromium on %s", async (provider) => {
    if (provider === "webgpu") expect(await page.evaluate(ADAPTER)).toBe(true);
    expect(await page.evaluate("window.isolated")).toBe(true);
    const made = await inBrowser(provider);
    expectSameCodes(typed(made), provider);
    await startEngine({ engine: "onnx" });
    const manifest = readExported(at("float32"));
    const model = await openTokenizer({ manifest, ...(await nodeRuntime(at("float32"))) });
    const codes = mapRecord(typed(made).code, (values) => values as Int32Array);
    const named = Object.entries(codes).map(([name, values]) => [
      name.replace("code.", ""),
      values,
    ]);
    const expected = await model.decode(Object.fromEntries(named));
    for (const [i, value] of expected.entries()) expect(made.pictures[i]).toBeCloseTo(value, 3);
    await model.dispose();
    expect(problems).toEqual([]);
  });
});

it.each(["wasm", "webgpu"])(
  "a seed draws the codes in Chromium on %s that it draws in Node",
  async (provider) => {
    const drawn = await page.evaluate(
      (provider) =>
        (
          window as unknown as {
            draw(
              base: string,
              provider: string,
              options: object,
            ): Promise<Record<string, number[]>>;
          }
        ).draw("/generator", provider, { classes: [1], seed: 5, guidance: { scale: 2 } }),
      provider,
    );
    expect(drawn).toEqual(JSON.parse(readFileSync(at("drawn.json"), "utf8")));
  },
);

const CHECK = `
import json, sys, onnx
checked = {}
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert {opset.domain for opset in model.opset_import} == {""}
    checked[path] = {
        "ops": sorted({node.op_type for node in model.graph.node}),
        "metadata": {fact.key: fact.value for fact in model.metadata_props},
    }
print(json.dumps(checked))
`;
