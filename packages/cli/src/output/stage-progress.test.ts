import type { PlannedStage, Summary } from "@fqgan/experiment";
import { expect, it } from "vitest";
import { StageProgress } from "./stage-progress.js";
import { createStyle } from "./style.js";

const stage = (label: string): PlannedStage => ({
  id: label,
  kind: "tokenizer",
  revision: 1,
  label,
  config: { train: { steps: 100, batchSize: 16 } },
  seed: 0,
  inputs: {},
});

/** What a terminal of this width shows after everything was written to it. */
class Screen {
  lines: string[] = [""];
  readonly columns = 120;
  constructor(readonly isTTY: boolean) {}
  write(text: string): boolean {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    for (const part of text.match(/\u001b\[\d*[A-Z]|\n|[^\u001b\n]+/g) ?? []) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
      const up = /\u001b\[(\d+)A/.exec(part);
      if (up) this.lines.splice(this.lines.length - 1 - Number(up[1]), Number(up[1]) + 1, "");
      else if (part === "\n") this.lines.push("");
      else if (!part.startsWith("\u001b")) this.lines[this.lines.length - 1] += part;
    }
    return true;
  }
}

const summary: Summary = { metrics: { "test/psnr": 19.83, "test/usage": 0.61 }, protocols: {} };

function watch(isTTY: boolean) {
  const screen = new Screen(isTTY);
  const stages = [stage("VQ 256"), stage("VQ 512")];
  const clock = { now: 0 };
  const progress = new StageProgress({
    stages,
    stream: screen as unknown as NodeJS.WriteStream,
    style: createStyle({ isTTY: false }),
    quiet: false,
    parallel: 1,
    summaryOf: () => summary,
    now: () => clock.now,
  });
  const [first, second] = stages as [PlannedStage, PlannedStage];
  const at = (ms: number, update: Parameters<StageProgress["update"]>[1], which = first) => {
    clock.now = ms;
    progress.update(which, update);
  };
  const training = (step: number, secondsLeft: number) => ({
    type: "progress" as const,
    progress: { phase: "train", step, total: 100, ratePerSecond: 398, secondsLeft },
  });
  return { screen, progress, second, at, training };
}

it("draws moving bars under lasting lines on a terminal", () => {
  const { screen, progress, second, at, training } = watch(true);
  at(0, { type: "started" });
  at(4000, training(50, 4));
  at(8000, { type: "ended", outcome: { status: "done" } });
  at(8000, { type: "started" }, second);
  const warn = (message: string) => at(8500, { type: "warning", message }, second);
  warn("visual: the codebook has collapsed (perplexity 1.9 of 512 codes)");
  warn("visual: the codebook has collapsed (perplexity 1.8 of 512 codes)");
  warn("visual: latents move away from their codes (commitment loss 5, once 0.1)");
  at(13_000, training(63, 3), second);
  expect(screen.lines).toEqual([
    "  1/2 VQ 256  ████████████████████ 100%  398 img/s          8 s   PSNR 19.8  usage 61%",
    "  ! VQ 512: visual: the codebook has collapsed (perplexity 1.9 of 512 codes)",
    "  ! VQ 512: visual: latents move away from their codes (commitment loss 5, once 0.1)",
    "  2/2 VQ 512  ████████████░░░░░░░░  63%  398 img/s  left 3 s",
    expect.stringMatching(/^ {2}total {7}█+░+ +\d+% +left 3 s$/),
    "",
  ]);
  progress.close();
  expect(screen.lines.at(-2)).toContain("!");
});

it("writes a line now and then where there is no terminal", () => {
  const { screen, at, training } = watch(false);
  at(20_000, { type: "started" });
  for (let step = 1; step < 100; step++) at(20_000 + 400 * step, training(step, 40));
  at(60_000, { type: "ended", outcome: { status: "failed", reason: "crash", message: "boom" } });
  expect(screen.lines.filter(Boolean)).toHaveLength(4);
  expect(screen.lines.at(-2)).toBe("  1/2 VQ 256  failed after 40 s (crash)");
});
