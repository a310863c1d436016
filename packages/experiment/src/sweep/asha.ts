/**
 * Asynchronous successive halving (Li et al., arXiv 1810.05934): every stage trains up to a rung and pauses
 * there with a checkpoint; of those that have reached a rung the best share goes on to the next. Nothing
 * waits for the slowest, and a paused stage loses nothing: started again it goes on where it was.
 */
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import { readMetrics, readRunStatus } from "../store/read-run.js";
import type { PlannedStage } from "./plan.js";

/** When to stop early what others are better than. */
export const ashaSchema = z.strictObject({
  /** `<stage kind>/<metric of its rows>`; on validation images, never on the test split. */
  metric: z
    .string()
    .regex(/^(tokenizer|generator)\/validation\//, "expected e.g. tokenizer/validation/psnr"),
  goal: z.enum(["min", "max"]),
  rungs: z.array(z.int().positive()).min(1).describe("steps at which stages are compared"),
  reduction: z.number().min(1.5).default(3).describe("one in this many goes on"),
});

/** The same with defaults filled in. */
export type AshaOptions = z.output<typeof ashaSchema>;

/** Asynchronous successive halving: which stages go on from a rung to the next. */
export class Asha {
  private readonly rungs: readonly number[];
  /** Values by rung, then by stage id. */
  private readonly values: Map<string, number>[];
  private readonly kind: string;
  private readonly name: string;

  constructor(
    private readonly options: AshaOptions,
    stages: readonly PlannedStage[],
  ) {
    this.rungs = [...options.rungs].sort((a, b) => a - b);
    this.values = this.rungs.map(() => new Map());
    const [kind, ...rest] = options.metric.split("/");
    this.kind = kind!;
    this.name = rest.join("/");
    for (const stage of stages.filter((one) => this.concerns(one))) {
      const { train } = stage.config as { train: { steps: number; validateEverySteps: number } };
      const bad = this.rungs.find((rung) => rung % train.validateEverySteps !== 0);
      // A validation that an unbroken run would not have made would make this another run.
      if (bad !== undefined)
        throw new UserError(
          `stop.rungs: expected multiples of train.validateEverySteps (${train.validateEverySteps}), got ` +
            `${bad}; ${stage.label} validates only there`,
        );
    }
  }

  concerns({ kind }: PlannedStage): boolean {
    return kind === this.kind;
  }

  /** The step to pause at next; undefined after the last rung. */
  nextPause(stage: PlannedStage): number | undefined {
    const { train } = stage.config as { train: { steps: number } };
    const rung = this.rungs[this.reached(stage) + 1];
    return rung !== undefined && rung < train.steps ? rung : undefined;
  }

  /** Notes what a stage's rows say at the rungs. @returns how far it has trained */
  read(runsFolder: string, stage: PlannedStage): number {
    const folder = join(runsFolder, stage.id);
    const rows = readMetrics(folder);
    for (const [i, rung] of this.rungs.entries()) {
      const value = rows.find((row) => row.step === rung)?.[this.name];
      if (value !== undefined) this.values[i]!.set(stage.id, value);
    }
    return readRunStatus(folder) === "done" ? Number.POSITIVE_INFINITY : (rows.at(-1)?.step ?? 0);
  }

  /** Whether it has a value at its last rung and nothing beyond. */
  isPaused(stage: PlannedStage, step: number): boolean {
    return this.rungs[this.reached(stage)] === step;
  }

  /**
   * Whether a paused stage goes on: it is among the best share of those at its rung. With `final`, when
   * nothing else will reach a rung, the best of each goes on however few there are.
   */
  isPromoted(stage: PlannedStage, final: boolean): boolean {
    const rung = this.values[this.reached(stage)];
    if (!rung) return true;
    const sign = this.options.goal === "min" ? 1 : -1;
    const order = [...rung]
      // What is no number is worse than every number.
      .map(
        ([id, value]) =>
          [id, Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value] as const,
      )
      .sort(([idA, a], [idB, b]) => a - b || (idA < idB ? -1 : 1));
    const place = order.findIndex(([id]) => id === stage.id);
    const share = Math.floor(order.length / this.options.reduction);
    return place < (final ? Math.max(1, share) : share);
  }

  /** Index of the last rung with a value, -1 before the first. */
  private reached({ id }: PlannedStage): number {
    return this.values.findLastIndex((rung) => rung.has(id));
  }
}
