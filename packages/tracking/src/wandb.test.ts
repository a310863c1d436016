import { afterEach, describe, expect, it } from "vitest";
import { WandbApi } from "./api.js";
import { followRun } from "./follow.js";
import { memoryLedger } from "./ledger.js";
import { WandbRun } from "./run.js";
import type { HistoryRow, RunSource } from "./source.js";
import { seededFaults } from "./testing/faults.js";
import { type StrictServer, startStrictServer } from "./testing/strict-server.js";
import { type Clock, Transport } from "./transport.js";

/** Waits are noted and made a thousand times shorter. */
class FastClock implements Clock {
  waitedMs: number[] = [];
  private aheadMs = 0;
  now() {
    return Date.now() + this.aheadMs;
  }
  async sleep(ms: number) {
    if (ms > 0) this.waitedMs.push(ms);
    this.aheadMs += ms;
    await new Promise((resolve) => setTimeout(resolve, ms > 0 ? 1 : 0));
  }
}

let server: StrictServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const PNG = Uint8Array.of(137, 80, 78, 71);

const row = (i: number): HistoryRow => ({
  step: 10 * (i + 1),
  timeMs: 1_700_000_000_000 + 1000 * i,
  runtimeMs: 1000 * i,
  values: {
    "train/loss": i === 3 ? Number.NaN : 1 / (i + 1),
    ...(i % 1000 === 999 && {
      "media/reconstructions": { type: "image", png: () => PNG, width: 8, height: 8, caption: "r" },
      "usage/visual": { type: "histogram", counts: Array.from({ length: 1024 }, (_, c) => c % 3) },
    }),
  },
});

/** A run that has recorded `visible` rows so far. */
class Growing implements RunSource {
  visible = 0;
  exitCode: number | undefined;
  constructor(readonly rows: readonly HistoryRow[]) {}
  describe() {
    return {
      name: "tokenizer-vq-0123456789",
      displayName: "VQ 256",
      project: "fqgan",
      group: "ablation",
      jobType: "tokenizer",
      tags: ["mini"],
      config: { train: { steps: 10 } },
    };
  }
  history(from: number) {
    return this.rows.slice(from, this.visible);
  }
  system(from: number) {
    return this.history(from).map(({ timeMs, runtimeMs }) => ({
      timeMs,
      runtimeMs,
      values: { memory: 1 },
    }));
  }
  log(from: number) {
    return this.history(from).map(({ timeMs, step }) => ({
      timeMs,
      level: "info" as const,
      text: `step ${step}`,
    }));
  }
  summary() {
    return { rows: this.visible, broken: Number.POSITIVE_INFINITY };
  }
  ended() {
    return this.exitCode;
  }
}

function connect(
  to: StrictServer,
  source: RunSource,
  ledger = memoryLedger(),
  clock = new FastClock(),
) {
  const settings = { baseUrl: to.url, apiKey: to.key, entity: undefined, project: undefined };
  const api = new WandbApi(settings, new Transport(clock, 100));
  return { run: new WandbRun({ api, source, ledger }), api, clock, ledger };
}

const served = (name = "tokenizer-vq-0123456789") => server!.runs.get(`me/fqgan/${name}`)!;
const steps = () =>
  served().lines["wandb-history.jsonl"]!.map((line) => Number(/"_step":(\d+)/.exec(line)![1]));

describe("a run on W&B", () => {
  it("delivers 10,000 rows once each and in order while one request in five fails", async () => {
    server = await startStrictServer({ fault: seededFaults(0.2, 7) });
    const rows = Array.from({ length: 10_000 }, (_, i) => row(i));
    const source = new Growing(rows);
    const ledger = memoryLedger();
    let { run } = connect(server, source, ledger);
    while (source.visible < rows.length) {
      source.visible += 100;
      await run.push();
      // Now and then another process takes over with what the ledger says.
      if (source.visible % 2000 === 0) ({ run } = connect(server, source, ledger));
    }
    source.exitCode = 0;
    expect((await run.push()).complete).toBe(true);
    expect(steps()).toEqual(rows.map(({ step }) => step));
    expect(served().lines["wandb-events.jsonl"]).toHaveLength(10_000);
    expect(served().lines["output.log"]).toHaveLength(10_000);
    expect(served()).toMatchObject({ complete: true, exitCode: 0 });
    expect(served().uploaded).toHaveLength(10);
    expect(server.refusals).toEqual([]);
    const failed = Object.values(server.seen.faults).reduce((sum, count) => sum + count, 0);
    expect(failed / (failed + server.seen.requests)).toBeGreaterThan(0.1);
    expect(Object.keys(server.seen.faults)).toHaveLength(7);
  });

  it("sends the same line again when the process died before it could note the reply", async () => {
    server = await startStrictServer();
    const source = new Growing([row(0), row(1), row(2)]);
    source.visible = 2;
    const ledger = memoryLedger();
    await connect(server, source, ledger).run.push();
    const before = ledger.load()!;
    source.visible = 3;
    await connect(server, source, ledger).run.push();
    ledger.save(before);
    await connect(server, source, ledger).run.push();
    expect(steps()).toEqual([10, 20, 30]);
    expect(server.refusals).toEqual([]);
  });

  it("goes on at the service's counts when the ledger is lost", async () => {
    server = await startStrictServer({ lag: 1 });
    const source = new Growing([row(0), row(1), row(2)]);
    source.visible = 2;
    await connect(server, source).run.push();
    source.visible = 3;
    await connect(server, source).run.push();
    expect(steps()).toEqual([10, 20, 30]);
    expect(server.refusals).toEqual([]);
  });

  it("writes what the protocol says: wrapped config, bare NaN, media, histogram, summary", async () => {
    server = await startStrictServer();
    const source = new Growing(Array.from({ length: 1000 }, (_, i) => row(i)));
    source.visible = 1000;
    await connect(server, source).run.push();
    const { variables, lines, summary } = served();
    expect(variables).toMatchObject({
      groupName: "ablation",
      jobType: "tokenizer",
      tags: ["mini"],
    });
    expect(JSON.parse(variables.config as string).train).toEqual({ value: { steps: 10 } });
    const history = lines["wandb-history.jsonl"]!;
    expect(history[3]).toContain('"train/loss":NaN');
    const last = JSON.parse(history.at(-1)!);
    expect(last["media/reconstructions"]).toMatchObject({
      _type: "image-file",
      format: "png",
      size: 4,
    });
    expect(last["media/reconstructions"].path).toMatch(
      /^media\/images\/media_reconstructions_10000_[0-9a-f]{20}\.png$/,
    );
    expect(last["usage/visual"].values).toHaveLength(512);
    expect(last["usage/visual"].bins).toHaveLength(513);
    expect(summary).toBe('{"rows":1000,"broken":Infinity}');
    expect(
      server.files.get(`tokenizer-vq-0123456789/${last["media/reconstructions"].path}`),
    ).toEqual(PNG);
  });

  it("opens a run again that had ended and goes on", async () => {
    server = await startStrictServer();
    const source = new Growing([row(0), row(1)]);
    source.visible = 1;
    source.exitCode = 1;
    const ledger = memoryLedger();
    await connect(server, source, ledger).run.push();
    expect(served()).toMatchObject({ complete: true, exitCode: 1 });
    source.visible = 2;
    source.exitCode = 0;
    const again = connect(server, source, ledger).run;
    expect((await again.push()).complete).toBe(true);
    expect((await again.push()).requests).toBe(0);
    expect(steps()).toEqual([10, 20]);
    expect(server.refusals).toEqual([]);
  });

  it("makes sweeps", async () => {
    server = await startStrictServer();
    const { api } = connect(server, new Growing([]));
    const name = await api.upsertSweep({ configYaml: "method: grid\n", project: "fqgan" });
    expect(server.sweeps.get(name)).toBe("method: grid\n");
  });
});

describe("what can't be sent", () => {
  it("is told without the key, and at once where trying again is useless", async () => {
    server = await startStrictServer();
    const { run, clock } = connect({ ...server, key: "wrong".repeat(8) }, new Growing([row(0)]));
    const error = await run.push().catch((reason: Error) => reason);
    expect(String(error)).toMatch(/refused: status 401.*check WANDB_API_KEY/s);
    expect(String(error)).not.toContain("wrongwrong");
    expect(String(error)).not.toContain(Buffer.from("api:wrong").toString("base64").slice(0, 8));
    expect(clock.waitedMs).toEqual([]);
  });

  it("is tried at growing distances of 2 to 75 seconds", async () => {
    server = await startStrictServer({ fault: () => "error-500" });
    const { run, clock } = connect(server, new Growing([row(0)]));
    await expect(run.push()).rejects.toThrow(/given up after 20 tries: status 500/);
    expect(clock.waitedMs).toHaveLength(20);
    clock.waitedMs.forEach((ms, i) => {
      const base = Math.min(60_000, 2000 * 2 ** i);
      expect(ms).toBeGreaterThanOrEqual(base);
      expect(ms).toBeLessThanOrEqual(1.25 * base);
    });
  });

  it("waits as long as the service says", async () => {
    const faults = ["limited-429", undefined, undefined] as const;
    let asked = 0;
    server = await startStrictServer({
      fault: () => faults[asked++],
      headers: { "ratelimit-remaining": "2", "ratelimit-reset": "30" },
    });
    const { api, clock } = connect(server, new Growing([]));
    await api.upsertSweep({ configYaml: "a", project: "fqgan" });
    expect(clock.waitedMs).toEqual([1000]);
    await api.upsertSweep({ configYaml: "b", project: "fqgan" });
    expect(clock.waitedMs[1]).toBeGreaterThan(14_000);
    expect(clock.waitedMs[1]).toBeLessThanOrEqual(15_000);
  });

  it("never reaches whoever follows a run", async () => {
    server = await startStrictServer({ fault: () => "error-500" });
    const { run, clock } = connect(server, new Growing([row(0)]));
    const signal = new AbortController();
    const troubles: string[] = [];
    const ended = await followRun({
      run,
      signal: signal.signal,
      clock,
      onStop: () => {},
      onTrouble: ({ message }) => {
        troubles.push(message);
        if (troubles.length === 2) signal.abort();
      },
    });
    expect(ended).toBe("left");
    expect(troubles[0]).toMatch(/`fqgan sync` sends it later/);
  });
});

it("tells once that someone pressed Stop, and beats while there is nothing new", async () => {
  server = await startStrictServer();
  const source = new Growing([row(0)]);
  source.visible = 1;
  const { run, clock } = connect(server, source);
  let stops = 0;
  let rounds = 0;
  const counted = {
    push: async () => {
      rounds += 1;
      if (rounds === 2) server!.stop("tokenizer-vq-0123456789");
      if (rounds === 8) source.exitCode = 0;
      return run.push();
    },
    heartbeat: () => run.heartbeat(),
  };
  const { signal } = new AbortController();
  const onStop = () => {
    stops += 1;
  };
  const onTrouble = (error: Error) => {
    throw error;
  };
  expect(await followRun({ run: counted, signal, clock, onStop, onTrouble })).toBe("complete");
  expect(stops).toBe(1);
  expect(clock.waitedMs.every((ms) => ms === 15_000)).toBe(true);
});
