/** What a stranger can try: each kind of attack against each kind of address. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunFolder, RUN_LOG, RunFolder, runConfigSchema } from "@fqgan/experiment";
import { encodeSafetensors, hostTensor } from "@fqgan/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./app.js";
import { exportDashboard } from "./export.js";
import { ModelStore } from "./playground/model-store.js";
import { RunIndex } from "./run-index.js";

const place = mkdtempSync(join(tmpdir(), "fqgan-security-"));
const runs = join(place, "runs");
const outside = join(place, "outside");
const SECRET = "a-secret-outside";
/** What must come back as text wherever it stands. */
const HOSTILE = `</script><img src=x onerror="alert(1)">`;

const assets = {
  files: ["/index.html"],
  read: () => ({ content: new TextEncoder().encode("page"), type: "text/html", immutable: false }),
};
const options = {
  index: new RunIndex(runs, 20),
  assets,
  playground: { assets, store: new ModelStore({ folder: join(place, "models") }) },
};
const app = createApp({ ...options, hosts: [] });
const get = (path: string, host = "127.0.0.1:7860") => app.request(path, { headers: { host } });
const statusOf = async (path: string, host?: string) => (await get(path, host)).status;

const config = (id: string) =>
  runConfigSchema.parse({
    format: 1,
    id,
    label: HOSTILE,
    kind: "tokenizer",
    revision: 1,
    seed: 0,
    config: { note: HOSTILE, train: { steps: 5 } },
    inputs: {},
    createdAt: new Date(0).toISOString(),
    git: null,
    versions: {},
  });

const picture = {
  png: Uint8Array.of(0x89, 0x50),
  step: 1,
  kind: HOSTILE,
  caption: HOSTILE,
  width: 1,
  height: 1,
  columns: 1,
  rows: 1,
};

beforeAll(async () => {
  mkdirSync(runs);
  mkdirSync(outside);
  for (const file of ["config.json", "secret.png", "secret.safetensors", RUN_LOG, "sweep.json"])
    writeFileSync(join(outside, file), SECRET);
  const run = await RunFolder.open(createRunFolder(runs, config("good")));
  run.logMetrics(1, { loss: 1 });
  run.logMedia({ ...picture, name: "fine" });
  run.logMedia({ ...picture, name: "linked" });
  run.logEvent({ type: "warning", message: HOSTILE });
  const weights = { weight: hostTensor(Float32Array.of(1, 2), [2]) };
  const metadata = { kind: "tokenizer-training", step: "3" };
  run.writeCheckpoint("last", encodeSafetensors({ tensors: weights, metadata }));
  run.markDone();
  run.close();
  const folder = join(runs, "good");
  writeFileSync(join(folder, RUN_LOG), `\u001b[31m${HOSTILE}\u001b[0m\u0001\n`);
  writeFileSync(join(folder, "checkpoints/damaged.safetensors"), "no weights");

  // Links out of the folder, at every place that is read.
  rmSync(join(folder, "media/linked.png"));
  symlinkSync(join(outside, "secret.png"), join(folder, "media/linked.png"));
  symlinkSync(join(outside, "secret.safetensors"), join(folder, "checkpoints/linked.safetensors"));
  symlinkSync(outside, join(runs, "linked"));
  mkdirSync(join(runs, "sweeps"));
  symlinkSync(outside, join(runs, "sweeps/linked"));
  createRunFolder(runs, config("linked-files"));
  symlinkSync(join(outside, RUN_LOG), join(runs, "linked-files", RUN_LOG));
  rmSync(join(runs, "linked-files/checkpoints"), { recursive: true });
  symlinkSync(outside, join(runs, "linked-files/checkpoints"));
});
afterAll(() => rmSync(place, { recursive: true }));

describe("path traversal", () => {
  it.each([
    "/api/runs/..%2foutside",
    "/api/runs/..%2foutside/log",
    "/api/runs/..%2foutside/checkpoints",
    "/api/runs/good%2f..%2f..%2foutside/codebooks",
    "/api/runs/%2e%2e%2foutside/tokens",
    "/api/runs/..%5coutside",
    "/api/runs/good/media/..%2fconfig.json",
    "/api/runs/good/media/..%2f..%2f..%2foutside%2fsecret.png",
    "/api/runs/good/media/fine.png%00.txt",
    "/api/runs/good/checkpoints/..%2fconfig.json/sha256",
    "/api/runs/good/checkpoints/..%2f..%2f..%2foutside%2fsecret.safetensors/sha256",
    "/api/sweeps/..%2f..%2foutside",
    "/api/curves?runs=../outside",
    "/api/curves?runs=good,..%2foutside",
    "/playground/models/..%2f..%2foutside/fqgan.json",
  ])("%s is not there", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain(SECRET);
  });

  it("anything else is the page itself", async () => {
    for (const path of ["/..%2f..%2foutside/config.json", "/assets/..%2f..%2fpackage.json"])
      expect(await (await get(path)).text()).toBe("page");
  });
});

describe("links out of the folder", () => {
  it.each([
    "/api/runs/linked",
    "/api/runs/linked/log",
    "/api/runs/good/media/linked.png",
    "/api/runs/good/checkpoints/linked.safetensors/sha256",
    "/api/runs/linked-files/checkpoints/secret.safetensors/sha256",
    "/api/sweeps/linked",
  ])("%s is not there", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain(SECRET);
  });

  it("are left out of lists", async () => {
    const files = async (id: string) =>
      (await (await get(`/api/runs/${id}/checkpoints`)).json()).map(
        ({ file }: { file: string }) => file,
      );
    expect(await files("good")).toEqual(["damaged.safetensors", "last.safetensors"]);
    expect(await files("linked-files")).toEqual([]);
    const log = await (await get("/api/runs/linked-files/log")).json();
    expect(log).toEqual({ lines: [], isCut: false });
    expect(await (await get("/api/sweeps")).text()).not.toContain(SECRET);
  });

  it("are not carried into an export", async () => {
    const out = join(place, "export");
    await exportDashboard({ runs, out });
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map(({ name }) => name)).toContain("fine.png");
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), "utf8")).not.toContain(SECRET);
  });
});

describe("questions that are too large", () => {
  it.each([
    [`/api/curves?runs=${"x".repeat(9000)}`, 414],
    [`/api/curves?runs=${Array.from({ length: 201 }, (_, i) => `r${i}`).join()}`, 400],
    ["/api/curves?runs=good&points=100000000", 400],
    ["/api/runs/good/log?lines=100000000", 400],
    ["/api/runs/good/log?lines=-1", 400],
    ["/api/runs/good/log?lines=all", 400],
  ])("%.60s is refused", async (path, status) => {
    expect(await statusOf(path)).toBe(status);
  });

  it("a log of megabytes and a line without an end come in part", async () => {
    createRunFolder(runs, config("talkative"));
    const log = join(runs, "talkative", RUN_LOG);
    for (let i = 0; i < 300; i++) appendFileSync(log, `${`line ${i} `.repeat(1000)}\n`);
    appendFileSync(log, "x".repeat(100_000));
    const response = await get("/api/runs/talkative/log?lines=40");
    const text = await response.text();
    expect(text.length).toBeLessThan(100_000);
    const { lines, isCut } = JSON.parse(text) as { lines: string[]; isCut: boolean };
    expect(isCut).toBe(true);
    expect(lines).toHaveLength(40);
    expect(lines.at(-2)).toMatch(/^line 299 /);
    expect(lines.at(-1)).toMatch(/^x{2000} …$/);
    rmSync(join(runs, "talkative"), { recursive: true });
  });

  it("nothing is written, whatever the method", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const response = await app.request("/api/runs/good", {
        method,
        headers: { host: "localhost" },
        body: "x".repeat(1 << 20),
      });
      expect(response.status).toBe(404);
    }
    expect(await statusOf("/api/runs/good")).toBe(200);
  });
});

describe("DNS rebinding", () => {
  const addresses = [
    "/",
    "/api/runs",
    "/api/runs/good",
    "/api/runs/good/media/fine.png",
    "/api/runs/good/log",
    "/api/runs/good/checkpoints/last.safetensors/sha256",
    "/api/curves?runs=good",
    "/api/sweeps",
    "/api/live",
    "/playground/models.json",
  ];
  it.each(addresses)("%s is refused under another host's name", async (path) => {
    for (const host of [
      "attacker.example",
      "attacker.example:7860",
      "127.0.0.1.attacker.example",
      "localhost.attacker.example:7860",
      "127.0.0.1:7860@attacker.example",
      "0.0.0.0:7860",
    ])
      expect(await statusOf(path, host), host).toBe(403);
    expect((await app.request(path)).status).toBe(403);
  });

  it("this machine's own names are answered, and other pages may not read the answers", async () => {
    for (const host of ["localhost:7860", "LOCALHOST", "127.0.0.1", "[::1]:7860"]) {
      const response = await get("/api/runs", host);
      expect(response.status, host).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("with a token, no address answers without it", async () => {
    const open = createApp({ ...options, hosts: [], token: "token" });
    for (const path of addresses)
      expect((await open.request(path, { headers: { host: "gpu-7" } })).status, path).toBe(401);
  });
});

describe("markup in names, captions, configs and log lines", () => {
  it("comes as JSON that no browser takes for a page", async () => {
    for (const path of ["/api/runs", "/api/runs/good", "/api/runs/good/log"]) {
      const response = await get(path);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(JSON.stringify(await response.json())).toContain("onerror");
    }
    const image = await get("/api/runs/good/media/fine.png");
    expect(image.headers.get("content-type")).toBe("image/png");
    expect(image.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("would not run even if it were markup", async () => {
    const policy = (await get("/")).headers.get("content-security-policy")!;
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
  });

  it("orders to a terminal are taken out of log lines", async () => {
    const { lines } = await (await get("/api/runs/good/log")).json();
    expect(lines).toEqual([`${HOSTILE}\ufffd`]);
  });
});

describe("checkpoints", () => {
  it("are listed by what their headers say, damaged ones as such, and hashed on demand", async () => {
    const [damaged, last] = await (await get("/api/runs/good/checkpoints")).json();
    expect(damaged.problem).toMatch(/not a whole safetensors file/);
    expect(last).toMatchObject({ kind: "tokenizer-training", step: 3 });
    expect(last.path).toBe(join(runs, "good/checkpoints/last.safetensors"));
    const hash = async () =>
      (await (await get("/api/runs/good/checkpoints/last.safetensors/sha256")).json()).sha256;
    const before = await hash();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    appendFileSync(last.path, "more");
    expect(await hash()).not.toBe(before);
  });
});
