import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRunFolder,
  RUN_LOG,
  readEvents,
  readFailure,
  readMetrics,
  readRunConfig,
  readRunStatus,
  readSweepRecord,
  runConfigSchema,
} from "@fqgan/experiment";
import { decodeImage, encodePng } from "@fqgan/image";
import { createKey, fold, uniform } from "@fqgan/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The command line on a folder of made-up images, as processes: they can be killed. */
const ENTRY = join(import.meta.dirname, "../../packages/cli/src/main.ts");

let folder: string;
let sweepFile: string;

/** Blobs of two colours: enough for a tokenizer of 16 codes to have something to learn. */
async function writeImages(path: string): Promise<void> {
  for (const [label, name] of ["round", "square"].entries()) {
    mkdirSync(join(path, name), { recursive: true });
    for (let i = 0; i < 24; i++) {
      const [x, y, r, g, b] = uniform(fold(createKey(i), name), 5) as unknown as number[];
      const data = new Uint8Array(16 * 16 * 3);
      for (let p = 0; p < 256; p++) {
        const dx = (p % 16) - 4 - 8 * x!;
        const dy = Math.floor(p / 16) - 4 - 8 * y!;
        const inside = label === 0 ? dx * dx + dy * dy < 16 : Math.max(dx * dx, dy * dy) < 12;
        data.set(inside ? [r! * 255, g! * 255, b! * 255] : [240, 240, 240], 3 * p);
      }
      const png = await encodePng({ width: 16, height: 16, channels: 3, data });
      writeFileSync(join(path, name, `${i}.png`), png);
    }
  }
  // what folders hold too: an image of another size, and a download that never arrived
  const wide = { width: 30, height: 20, channels: 3, data: new Uint8Array(1800).fill(128) };
  writeFileSync(join(path, "round", "wide.png"), await encodePng(wide));
  writeFileSync(join(path, "square", "broken.png"), "");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-sweep-"));
  const images = join(folder, "images");
  await writeImages(images);
  sweepFile = join(folder, "tiny.yaml");
  writeFileSync(
    sweepFile,
    `
name: tiny
base:
  data: { name: folder, path: ${images}, size: 16 }
  tokenizer:
    preset: vqgan-mini
    model:
      encoder: { channels: 8, groups: 4, multipliers: [1, 1], residualBlocks: 1 }
      decoder: { channels: 8, groups: 4, multipliers: [1, 1], residualBlocks: 1 }
      latentChannels: 8
    train: { steps: 40, batchSize: 4, logEverySteps: 1, validateEverySteps: 20 }
    evaluate: { metrics: [{ name: psnr }, { name: codebook-usage }], batchSize: 4, pictures: 4 }
axes:
  codes:
    VQ 8: { tokenizer.model.codebooks.visual.quantizer.size: 8 }
    VQ 16: { tokenizer.model.codebooks.visual.quantizer.size: 16 }
tables:
  - { name: sizes, title: Sizes, rows: codes, columns: [psnr, usage, bits, parameters] }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  parameters: readonly string[],
  wrapper: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ended> } {
  const [program, ...rest] = [
    ...wrapper,
    process.execPath,
    "--import",
    "tsx",
    "--conditions=@fqgan/source",
    ENTRY,
    ...parameters,
  ];
  const child = spawn(program!, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (text) => {
    stdout += text;
  });
  child.stderr!.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

const sweep = (runs: string) =>
  start(["--runs", runs, "sweep", "run", sweepFile, "--checkpoint-every", "0.2"]);

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A run's rows without what depends on the clock and the machine. */
const rowsOf = (runFolder: string) =>
  readMetrics(runFolder).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => !/^(time|elapsedMs|system\/.*)$/.test(name)),
    ),
  );

describe("a two-point sweep", () => {
  let whole: string;
  let unbroken: Ended;
  let ids: [string, string];

  beforeAll(async () => {
    whole = join(folder, "whole");
    unbroken = await sweep(whole).ended;
    ids = readSweepRecord(whole, "tiny").order as [string, string];
  }, 240_000);

  it("prints its table, writes its report and leaves folders as documented", () => {
    expect(unbroken.stderr).toMatch(/report +.*report\.html/);
    expect(unbroken.code).toBe(0);
    expect(unbroken.stdout).toMatch(/PSNR ↑ +usage ↑ +bits\/image +parameters/);
    const run = join(whole, ids[0]);
    const config = runConfigSchema.parse(
      JSON.parse(readFileSync(join(run, "config.json"), "utf8")),
    );
    expect(config).toMatchObject({ id: ids[0], kind: "tokenizer", label: "VQ 8", seed: 0 });
    expect(readMetrics(run).map(({ step }) => step)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const warnings = readEvents(run).filter(({ type }) => type === "warning");
    expect(warnings.map(({ message }) => message).join()).toMatch(
      /1 files? left out: .*broken\.png/,
    );
    const report = readFileSync(join(whole, "sweeps/tiny/report.html"), "utf8");
    expect(report).toContain("data:image/png;base64,");
  });

  it("runs nothing twice", async () => {
    const again = await sweep(whole).ended;
    expect(again.stderr.match(/done before/g)).toHaveLength(2);
    expect(again.stdout).toBe(unbroken.stdout);
  }, 60_000);

  it("ends with the same table, rows and weights after being killed and resumed", async () => {
    const killed = join(folder, "killed");
    const [runA, runB] = ids.map((id) => join(killed, id)) as [string, string];
    const hasCheckpoint = (run: string) => () =>
      existsSync(join(run, "checkpoints/last.safetensors"));

    // 1. the process of a stage is killed: the runner says so and runs the other point
    const first = sweep(killed);
    await until(hasCheckpoint(runA), "a checkpoint of the first point");
    process.kill(JSON.parse(readFileSync(join(runA, "claim"), "utf8")).pid, "SIGKILL");
    await until(() => readRunStatus(runA) === "failed", "the failure of the first point");
    // 2. the runner itself is killed during the second point
    await until(hasCheckpoint(runB), "a checkpoint of the second point");
    first.child.kill("SIGKILL");
    expect((await first.ended).stderr).toContain("failed after");
    expect(readRunStatus(runB)).not.toBe("done");

    // 3. Ctrl-C: saved, and the exit code says that there is more to do
    const second = sweep(killed);
    const resumed = () => readEvents(runA).some(({ type }) => type === "resumed");
    await until(resumed, "the first point going on from its checkpoint");
    second.child.kill("SIGINT");
    const stopped = await second.ended;
    expect(stopped.stderr).toContain("run the same command again to go on");
    expect(stopped.code).toBe(130);

    // 4. the same command once more finishes
    const last = await sweep(killed).ended;
    expect(last.stderr).not.toContain("failed");
    expect(last.code).toBe(0);
    expect(last.stdout).toBe(unbroken.stdout);
    for (const id of ids) {
      expect(rowsOf(join(killed, id))).toEqual(rowsOf(join(whole, id)));
      const weights = (runs: string) =>
        readFileSync(join(runs, id, "checkpoints/model.safetensors"));
      expect(weights(killed).equals(weights(whole))).toBe(true);
    }
  }, 300_000);

  it("says that the disk is full, keeps what it has, and goes on when there is room", async () => {
    const full = join(folder, "full");
    const run = createRunFolder(full, readRunConfig(join(whole, ids[0])));
    const stage = ["--runs", full, "stage", "run", run, "--checkpoint-every", "0.2"];
    // A limit of 64 KiB a file stands in for the disk: rows fit, checkpoints do not.
    const limited = await start(stage, ["bash", "-c", 'ulimit -f 64; exec "$@"', "bash"]).ended;
    expect(limited.stderr).toMatch(/checkpoints\/last\.safetensors: .*disk is full/);
    expect(limited.code).toBe(1);
    expect(readFailure(run)?.reason).toBe("disk-full");
    expect(readMetrics(run).length).toBeGreaterThan(0);
    const roomy = await start(stage).ended;
    expect(roomy.code).toBe(0);
    expect(rowsOf(run)).toEqual(rowsOf(join(whole, ids[0])));
  }, 120_000);

  it("tries a run that always crashes as often as declared, says why, and finishes the others", async () => {
    const crashing = join(folder, "crashing");
    const run = createRunFolder(crashing, readRunConfig(join(whole, ids[0])));
    // Where its model should be lies something that no attempt can replace.
    const obstacle = join(run, "checkpoints/model.safetensors");
    mkdirSync(obstacle);
    const parameters = ["--runs", crashing, "--json", "sweep", "run", sweepFile, "--retries", "2"];
    const { code, stdout, stderr } = await start(parameters).ended;
    expect(code).toBe(1);
    expect(stderr.match(/failed \(crash\), try [23]: EISDIR/g)).toHaveLength(2);
    expect(stderr).toMatch(/failed VQ 8 \(.*\): crash: EISDIR/);
    expect(stderr).toContain("the same command tries them again and keeps what is done");
    const result = JSON.parse(stdout);
    expect(result.failed).toEqual([
      expect.objectContaining({ id: ids[0], label: "VQ 8", reason: "crash" }),
    ]);
    const [{ rows }] = result.tables;
    expect(rows.map((row: { label: string }) => row.label)).toEqual(["VQ 8", "VQ 16"]);
    expect(readFailure(run)).toMatchObject({ reason: "crash", attempts: 3 });
    expect(readEvents(run).filter(({ type }) => type === "error")).toHaveLength(3);
    expect(readFileSync(join(run, RUN_LOG), "utf8").match(/EISDIR/g)).toHaveLength(3);
    expect(readRunStatus(join(crashing, ids[1]))).toBe("done");
    const status = await start(["--runs", crashing, "sweep", "status", "tiny"]).ended;
    expect(status.stdout).toMatch(/failed +VQ 8 +crash: EISDIR/);

    // What stood in its way is removed: the same command does what is left, and no more.
    rmSync(obstacle, { recursive: true });
    const finishedMs = statSync(join(crashing, ids[1], "done")).mtimeMs;
    const again = await start(parameters).ended;
    expect(again.code, again.stderr).toBe(0);
    expect(statSync(join(crashing, ids[1], "done")).mtimeMs).toBe(finishedMs);
    expect(rowsOf(run)).toEqual(rowsOf(join(whole, ids[0])));
  }, 180_000);

  it("gives a tokenizer that reconstructs a picture of any size and refuses a damaged one", async () => {
    const images = join(folder, "images");
    const out = join(folder, "out");
    const parameters = ["--runs", whole, "reconstruct", "--from", "tiny/vq-8", "--out", out];
    const wide = await start([...parameters, join(images, "round/wide.png")]).ended;
    expect(wide.stdout).toMatch(
      /wide\.fqgan\.png +16×16 \(crop\) +PSNR [\d.]+ dB +SSIM [\d.]+ +0\.75 bits per pixel/,
    );
    const picture = await decodeImage(join(out, "wide.fqgan.png"));
    expect(picture.width).toBeGreaterThan(1.9 * picture.height);
    const broken = await start([...parameters, join(images, "square/broken.png")]).ended;
    expect(broken.stderr).toMatch(/broken\.png: expected an image, got 0 bytes/);
    expect(broken.code).toBe(2);
  }, 60_000);
});
