import { memoryLedger, type RunSource, Transport, WandbApi, WandbRun } from "@fqgan/tracking";

/** What a run has to say: here three losses in memory, in @fqgan/experiment a run folder. */
const losses = [0.9, 0.5, 0.4];
const source: RunSource = {
  describe: () => ({
    name: "my-first-run",
    displayName: "my first run",
    project: "demo",
    config: { learningRate: 1e-3 },
  }),
  history: (from) =>
    losses.slice(from).map((loss, i) => ({
      step: from + i,
      timeMs: 1_700_000_000_000 + 1000 * (from + i),
      runtimeMs: 1000 * (from + i),
      values: { loss },
    })),
  system: () => [],
  log: () => [],
  summary: () => ({ loss: losses.at(-1)! }),
  ended: () => 0, // the exit code; undefined while it goes on
};

/** Settings as `wandbSettings()` reads them from WANDB_API_KEY, WANDB_BASE_URL, … or ~/.netrc. */
export async function send(settings: { baseUrl: string; apiKey: string }) {
  const api = new WandbApi({ entity: undefined, project: undefined, ...settings }, new Transport());
  const run = new WandbRun({ api, source, ledger: memoryLedger() });
  return run.push(); // { stopped, complete, requests }
}
