import type { PlannedStage, StageOutcome, Summary, SweepUpdate } from "@fqgan/experiment";
import { formatBar, formatDuration, formatRate } from "./format.js";
import { LiveLines } from "./live.js";
import type { Style } from "./style.js";
import { estimateTotal, type WorkItem } from "./time-left.js";

/** Lines of a log that is no terminal are at least this far apart for one stage. */
const PLAIN_MS = 15_000;
const REDRAW_MS = 100;

/** What the bar shows; other phases (looking at images as the teacher does, evaluating) are named. */
const MAIN_PHASES = new Set(["train", "encode"]);

interface Entry extends WorkItem {
  readonly stage: PlannedStage;
  readonly number: number;
  phase: string;
  ratePerSecond: number | null;
  lastRate: number | null;
  printedMs: number;
  warned: Set<string>;
}

/** Images that a stage looks at while training: what its time is in proportion to. */
function workOf({ config }: PlannedStage): number {
  const { train } = config as { train?: { steps: number; batchSize: number } };
  return train ? train.steps * train.batchSize : 1000;
}

/** Two numbers that say how it went: "PSNR 19.8  usage 61%". */
export function headline({ metrics }: Summary): string {
  const shown = [
    ["test/psnr", (value: number) => `PSNR ${value.toFixed(1)}`],
    ["test/usage", (value: number) => `usage ${Math.round(100 * value)}%`],
    ["test/loss", (value: number) => `loss ${value.toFixed(2)}`],
    ["samples/fid", (value: number) => `gFID ${value.toFixed(1)}`],
  ] as const;
  return shown
    .flatMap(([name, format]) => (metrics[name] === undefined ? [] : [format(metrics[name])]))
    .slice(0, 2)
    .join("  ");
}

/**
 * Shows how stages get on: moving bars on a terminal, now and then a line elsewhere, nothing when quiet.
 */
export class StageProgress {
  private readonly entries: Map<PlannedStage, Entry>;
  private readonly live: LiveLines | undefined;
  private readonly width: number;
  private drawnMs = 0;

  constructor(
    private readonly options: {
      readonly stages: readonly PlannedStage[];
      readonly stream: NodeJS.WriteStream;
      readonly style: Style;
      readonly quiet: boolean;
      readonly parallel: number;
      readonly summaryOf: (stage: PlannedStage) => Summary | undefined;
      readonly now?: () => number;
    },
  ) {
    const { stages, stream, quiet } = options;
    this.entries = new Map(
      stages.map((stage, i) => [
        stage,
        {
          stage,
          number: i + 1,
          kind: stage.kind,
          work: workOf(stage),
          state: "waiting",
          fraction: 0,
          secondsLeft: null,
          phase: "",
          ratePerSecond: null,
          lastRate: null,
          printedMs: 0,
          warned: new Set(),
        },
      ]),
    );
    this.width = Math.min(34, Math.max(...stages.map(({ label }) => label.length)));
    if (stream.isTTY && !quiet) this.live = new LiveLines(stream);
  }

  update(stage: PlannedStage, update: SweepUpdate): void {
    const entry = this.entries.get(stage)!;
    const nowMs = this.now();
    if (update.type === "started") {
      entry.state = "running";
      entry.startedMs = nowMs;
    } else if (update.type === "cached") {
      entry.state = "ended";
      entry.work = 0;
      this.print(this.line(entry, this.options.style.dim("done before")));
    } else if (update.type === "blocked") {
      entry.state = "ended";
      this.print(this.line(entry, this.options.style.dim(`not run: it needs ${update.by.label}`)));
    } else if (update.type === "pruned") {
      entry.state = "ended";
      this.print(this.line(entry, this.options.style.dim("stopped early: others were better")));
    } else if (update.type === "paused") {
      entry.state = "waiting";
      this.print(
        this.line(entry, this.options.style.dim(`waits at step ${update.step} for others`)),
      );
    } else if (update.type === "elsewhere") {
      const what = "another process works on it: waiting for what it comes to";
      this.print(this.line(entry, this.options.style.dim(what)));
    } else if (update.type === "retried") {
      const { style } = this.options;
      const what = `failed (${update.reason}), try ${update.try}: ${update.message.split("\n")[0]}`;
      this.print(this.line(entry, style.yellow(what)));
    } else if (update.type === "warning") this.warn(entry, update.message);
    else if (update.type === "ended") this.end(entry, update.outcome, nowMs);
    else {
      const { phase, step, total, ratePerSecond, secondsLeft } = update.progress;
      entry.phase = MAIN_PHASES.has(phase) ? "" : `${phase} ${step}/${total}`;
      entry.ratePerSecond = ratePerSecond;
      entry.secondsLeft = secondsLeft;
      if (MAIN_PHASES.has(phase)) {
        entry.fraction = step / total;
        entry.lastRate = ratePerSecond ?? entry.lastRate;
      }
    }
    this.show(entry, nowMs);
  }

  /** A line that stays, above whatever moves. */
  print(line: string): void {
    if (this.options.quiet) return;
    if (this.live) this.live.print(line);
    else this.options.stream.write(`${line}\n`);
  }

  /** Removes what moves. */
  close(): void {
    this.live?.clear();
  }

  private now(): number {
    return (this.options.now ?? performance.now.bind(performance))();
  }

  private warn(entry: Entry, message: string): void {
    // The same trouble is told once a stage, not at every validation.
    const about = message.split(/[(0-9]/)[0]!;
    if (entry.warned.has(about)) return;
    entry.warned.add(about);
    const { yellow } = this.options.style;
    this.print(`  ${yellow("!")} ${entry.stage.label}: ${message}`);
  }

  private end(entry: Entry, outcome: StageOutcome, nowMs: number): void {
    const { style } = this.options;
    entry.state = "ended";
    entry.endedMs = nowMs;
    const took = formatDuration((nowMs - (entry.startedMs ?? nowMs)) / 1000);
    if (outcome.status === "done") {
      const summary = this.options.summaryOf(entry.stage);
      const rate = entry.lastRate ? formatRate(entry.lastRate) : "";
      const numbers = summary ? headline(summary) : "";
      this.print(
        this.line(
          entry,
          `${style.green(formatBar(1))} 100%  ${rate.padStart(9)}  ${took.padStart(11)}   ${numbers}`,
        ),
      );
    } else if (outcome.status === "failed")
      this.print(this.line(entry, style.red(`failed after ${took} (${outcome.reason})`)));
    else this.print(this.line(entry, style.yellow(`stopped after ${took}, saved`)));
  }

  /** "  2/8 VQ 512            " and what follows. */
  private line({ number, stage }: Pick<Entry, "number" | "stage">, rest: string): string {
    const count = this.entries.size;
    const place = `${String(number).padStart(String(count).length)}/${count}`;
    const label =
      stage.label.length > this.width ? `${stage.label.slice(0, this.width - 1)}…` : stage.label;
    return `  ${place} ${label.padEnd(this.width)}  ${rest}`;
  }

  private moving(entry: Entry): string {
    const { phase, fraction, ratePerSecond, secondsLeft } = entry;
    const percent = `${Math.floor(100 * fraction)}%`.padStart(4);
    const rate = (ratePerSecond ? formatRate(ratePerSecond) : "").padStart(9);
    const left = secondsLeft === null ? "" : `left ${formatDuration(secondsLeft)}`;
    const doing = [phase, left].filter(Boolean).join(", ") || (fraction === 0 ? "starting" : "");
    return this.line(entry, `${formatBar(fraction)} ${percent}  ${rate}  ${doing}`);
  }

  private show(entry: Entry, nowMs: number): void {
    const { quiet, parallel, stream } = this.options;
    if (quiet) return;
    if (this.live) {
      if (nowMs - this.drawnMs < REDRAW_MS && entry.state === "running") return;
      this.drawnMs = nowMs;
      const all = [...this.entries.values()];
      const lines = all.filter(({ state }) => state === "running").map((one) => this.moving(one));
      if (lines.length > 0 && all.length > 1) {
        const total = estimateTotal(all, { parallel, nowMs });
        const placeWidth = 2 * String(all.length).length + 2;
        const bar = formatBar(total?.fraction ?? 0);
        const percent = `${Math.floor(100 * (total?.fraction ?? 0))}%`.padStart(4);
        const left = total ? `left ${formatDuration(total.secondsLeft)}` : "";
        lines.push(
          this.options.style.dim(
            `  ${"total".padEnd(this.width + placeWidth)}  ${bar} ${percent}  ${" ".repeat(9)}  ${left}`,
          ),
        );
      }
      this.live.update(lines);
    } else if (entry.state === "running" && nowMs - entry.printedMs >= PLAIN_MS) {
      entry.printedMs = nowMs;
      stream.write(`${this.moving(entry)}\n`);
    }
  }
}
