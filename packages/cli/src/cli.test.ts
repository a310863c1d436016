import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRunFolder,
  loadSweepFile,
  planSweep,
  RunFolder,
  writeSweepRecord,
} from "@fqgan/experiment";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyPicture } from "./testing/tiny.js";

/** The command line as a person meets it: a process with an exit code. */
const ENTRY = join(import.meta.dirname, "main.ts");

let folder: string;
let runs: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-cli-"));
  runs = join(folder, "runs");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const fqgan = (...parameters: string[]) =>
  new Promise<Ended>((resolve) => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--conditions=@fqgan/source", ENTRY, "--runs", runs, ...parameters],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, FORCE_COLOR: undefined } },
    );
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });

/** Refused as a person's mistake: exit code 2, one message, no stack. */
async function expectRefusal(parameters: string[], message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await fqgan(...parameters);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe("");
  expect(code).toBe(2);
}

describe("help", () => {
  it("names every command with an example and the exit codes", async () => {
    const { code, stdout } = await fqgan("--help");
    expect(code).toBe(0);
    for (const word of ["sweep", "train", "reconstruct", "generate", "evaluate", "report"])
      expect(stdout).toContain(word);
    expect(stdout).toMatch(/fqgan sweep run sweeps\/ablation\.yaml/);
    expect(stdout).toMatch(/Exit codes: 0 done/);
  });
});

describe("bad input", () => {
  it("suggests the nearest command", () =>
    expectRefusal(["swep"], /unknown command 'swep'[\s\S]*Did you mean sweep\?/));

  it("suggests the nearest preset", () =>
    expectRefusal(["train", "tokenizer", "fqgan-dual-mimi"], /did you mean "fqgan-dual-mini"\?/));

  it("names an unknown key with its path and the nearest one", () =>
    expectRefusal(
      ["train", "tokenizer", "--set", "tokenizer.train.stepz=5"],
      /tokenizer\.train\.stepz: unknown key; did you mean .*steps\?/,
    ));

  it("suggests the nearest strategy", () =>
    expectRefusal(
      [
        "train",
        "tokenizer",
        "--set",
        "tokenizer.model.codebooks.visual.quantizer={name: vqq, size: 8}",
      ],
      /unknown name "vqq"; did you mean "vq"\?/,
    ));

  it("refuses a codebook of size 0", () =>
    expectRefusal(
      ["train", "tokenizer", "--set", "tokenizer.model.codebooks.visual.quantizer.size=0"],
      /codebooks\.visual\.quantizer[\s\S]*size/,
    ));

  it("refuses a number that is none", () =>
    expectRefusal(
      ["train", "tokenizer", "--steps", "many"],
      /--steps: expected a whole number of at least 1, got "many"/,
    ));

  it("refuses a folder without images", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const { code, stderr } = await fqgan("train", "tokenizer", "--data", empty);
    expect(stderr).toMatch(/input: .*no images in .*empty/);
    expect(code).toBe(2);
  });

  it("refuses a folder without images to measure on, before it trains", async () => {
    const part = join(folder, "part");
    mkdirSync(join(part, "train"), { recursive: true });
    await writeTinyPicture(join(part, "train", "0.png"), { width: 16, height: 16 });
    const { code, stderr } = await fqgan("train", "tokenizer", "--data", part);
    expect(stderr).toMatch(
      /data set part-32: expected images for validation and test, got 1 train, 0 validation, 0 test/,
    );
    expect(code).toBe(2);
  });

  it("refuses to reconstruct what is not there", () =>
    expectRefusal(
      ["reconstruct", join(folder, "nothing.png")],
      /nothing\.png: expected an image or a folder, found nothing/,
    ));

  it("refuses a sweep file with an unknown column", async () => {
    const path = join(folder, "bad.yaml");
    writeFileSync(
      path,
      "name: bad\nbase: emoji-mini\naxes: { a: { x: {} } }\n" +
        "tables: [{ name: t, title: T, rows: a, columns: [rfidd] }]\n",
    );
    await expectRefusal(
      ["sweep", "run", path],
      /table t: unknown column "rfidd"; did you mean "rfid"\?/,
    );
  });

  it("says which sweeps there are", () =>
    expectRefusal(["report", "ablatoin"], /no sweep named "ablatoin"; there is none yet/));

  it("refuses to keep the numbers of a search, and to go on with one without its file", async () => {
    const path = join(folder, "search.yaml");
    writeFileSync(
      path,
      "name: found\nbase: emoji-mini\nsearch: { samples: 2, metric: tokenizer/validation/psnr, goal: max, " +
        "space: { tokenizer.train.learningRate: { from: 0.001, to: 0.01 } } }\n",
    );
    await expectRefusal(
      ["sweep", "run", path, "--summaries", join(folder, "kept.jsonl")],
      /--summaries: expected a sweep without a search/,
    );
    const file = await loadSweepFile(path);
    const { record } = planSweep(file, { command: `fqgan sweep run ${path}` });
    writeSweepRecord(runs, record);
    await expectRefusal(
      ["sweep", "resume", "found"],
      /found: expected a sweep whose points are all known, got a search.*go on with: fqgan sweep run/,
    );
    const { code, stdout } = await fqgan("sweep", "status", "found");
    expect(stdout).toMatch(/found +0 of \d+ done\n +elsewhere +no folder here tokenizer-/);
    expect(code).toBe(0);
  });
});

describe("run folders", () => {
  it("refuses a second process on the same run with an exit code of its own", async () => {
    const path = createRunFolder(runs, {
      format: 1,
      id: "tokenizer-claimed",
      label: "claimed",
      kind: "tokenizer",
      revision: 1,
      seed: 0,
      config: {},
      inputs: {},
      createdAt: "",
      git: null,
      versions: {},
    });
    const run = await RunFolder.open(path);
    try {
      const { code, stderr } = await fqgan("stage", "run", path);
      expect(stderr).toMatch(new RegExp(`process ${process.pid} on .* has claimed it`));
      expect(code).toBe(75);
    } finally {
      run.close();
    }
  });

  it("refuses a run of another revision", async () => {
    const { code, stderr } = await (async () => {
      const path = createRunFolder(runs, {
        format: 1,
        id: "tokenizer-old",
        label: "old",
        kind: "tokenizer",
        revision: 0,
        seed: 0,
        config: {},
        inputs: {},
        createdAt: "",
        git: null,
        versions: {},
      });
      return fqgan("stage", "run", path);
    })();
    expect(stderr).toMatch(/expected revision \d+ of tokenizer stages, got 0/);
    expect(code).toBe(1);
  });
});

describe("results", () => {
  it("prints JSON on stdout and nothing else", async () => {
    const { code, stdout, stderr } = await fqgan("list", "quantizers", "--json");
    const listed = JSON.parse(stdout) as { name: string; options: Record<string, string> }[];
    expect(listed.find(({ name }) => name === "vq")?.options.size).toBe("integer, required");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("says what a sweep would run without running it", async () => {
    const sweep = join(import.meta.dirname, "../../../sweeps/ablation.yaml");
    const { code, stdout } = await fqgan("sweep", "run", sweep, "--quick", "--dry-run", "--json");
    const stages = JSON.parse(stdout) as { status: string; kind: string }[];
    expect(stages.map(({ status }) => status)).toEqual(new Array(10).fill("waiting"));
    expect(stages.filter(({ kind }) => kind === "tokenizer")).toHaveLength(6);
    expect(code).toBe(0);
  });
});
