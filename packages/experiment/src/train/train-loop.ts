import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { loadCheckpoint, safetensorsParts, type Trainer } from "@fqgan/tensor";
import { RUN_FORMAT } from "../schema/run-format.js";
import type { StageContext } from "../stages/stage.js";
import { Rate } from "./rate.js";
import { WorkMeter } from "./work.js";

export interface TrainLoopOptions<Batch> {
  readonly context: Pick<
    StageContext<unknown>,
    "run" | "signal" | "progress" | "checkpointEveryMs" | "pauseAtStep"
  >;
  readonly trainer: Trainer<Batch>;
  readonly train: {
    readonly steps: number;
    readonly batchSize: number;
    readonly logEverySteps: number;
    readonly validateEverySteps: number;
  };
  /** The batch of a step: the same for the same step, so that a resumed run sees what it would have seen. */
  batch(step: number): Promise<Batch>;
  /** Sees the scalars of every step, whether they become a row or not. */
  observe?(step: number, scalars: Readonly<Record<string, number>>): void;
  /** Held-out scalars; may log media and usage. */
  validate(step: number): Promise<Record<string, number>>;
}

/**
 * Trains until `steps`, for every kind of model: goes on from `checkpoints/last.safetensors` if there is
 * one, records rows, checkpoints by the clock, and stops at the end of a step when told to.
 */
export async function trainLoop<Batch>(
  options: TrainLoopOptions<Batch>,
): Promise<"finished" | "stopped"> {
  const { context, trainer, train, batch, validate } = options;
  const { run, signal, progress } = context;
  const { steps, batchSize, logEverySteps, validateEverySteps } = train;
  await restoreLast(options);

  const checkpoint = async () => {
    const step = trainer.step;
    const metadata = {
      format: String(RUN_FORMAT),
      kind: `${run.config.kind}-training`,
      run: run.config.id,
      config: JSON.stringify(run.config.config),
      step: String(step),
      // The data's order and all random numbers are functions of the seed and of how far it is.
      seed: String(run.config.seed),
      imagesSeen: String(step * batchSize),
      elapsedMs: String(run.elapsedMs),
    };
    run.writeCheckpoint("last", safetensorsParts({ tensors: await trainer.state(), metadata }));
    run.logEvent({ type: "checkpoint", message: `checkpoint at step ${step}`, step });
  };

  let savedAt = Date.now();
  let savedStep = trainer.step;
  const rate = new Rate();
  const work = new WorkMeter();
  const until = Math.min(steps, context.pauseAtStep ?? steps);
  // What was trained before shows from the start, above all where it was all of it.
  if (trainer.step > 0)
    progress({
      phase: "train",
      step: trainer.step,
      total: steps,
      ratePerSecond: null,
      secondsLeft: null,
    });
  while (trainer.step < until && !signal.aborted) {
    const scalars = await trainer.trainStep(await batch(trainer.step));
    const { step } = trainer;
    options.observe?.(step, scalars);
    const { loss } = scalars;
    if (loss !== undefined && !Number.isFinite(loss))
      throw new UserError(
        `${run.path}: step ${step}: the loss became ${loss}; lower train.learningRate or train.clip ` +
          "and start again (rows up to here are in metrics.jsonl)",
      );
    rate.add(batchSize);
    const ratePerSecond = rate.perSecond;
    progress({
      phase: "train",
      step,
      total: steps,
      ratePerSecond,
      secondsLeft: ratePerSecond && ((steps - step) * batchSize) / ratePerSecond,
    });
    const last = step === steps;
    const validates = last || step % validateEverySteps === 0;
    if (validates || step % logEverySteps === 0)
      run.logMetrics(step, {
        ...withPrefix("train/", scalars),
        ...(validates && withPrefix("validation/", await validate(step))),
        ...(ratePerSecond && {
          "system/imagesPerSecond": ratePerSecond,
          "system/stepsPerSecond": ratePerSecond / batchSize,
        }),
        ...withPrefix("system/", { ...work.sinceLast() }),
      });
    // Validation takes its time: it is no part of the rate.
    if (validates) rate.restart();
    if (Date.now() - savedAt >= context.checkpointEveryMs && step < until) {
      await checkpoint();
      savedAt = Date.now();
      savedStep = step;
    }
  }
  if (trainer.step !== savedStep) await checkpoint();
  if (trainer.step >= steps) return "finished";
  run.logEvent({ type: "stopped", message: `stopped at step ${trainer.step}`, step: trainer.step });
  return "stopped";
}

/** Puts trainer and folder back to the last checkpoint, or the folder to its beginning. */
async function restoreLast<Batch>({
  context,
  trainer,
  train,
}: TrainLoopOptions<Batch>): Promise<void> {
  const { run } = context;
  const path = join(run.path, "checkpoints", "last.safetensors");
  if (!existsSync(path)) {
    run.rewind({ step: -1, elapsedMs: 0 });
    return;
  }
  const { tensors, metadata } = await loadCheckpoint(path, "a training checkpoint");
  if (metadata.run !== run.config.id)
    throw new UserError(
      `${path}: expected a checkpoint of ${run.config.id}, got one of ${metadata.run ?? "another program"}; ` +
        "remove it to start from the beginning",
    );
  trainer.restore(tensors, path);
  run.rewind({ step: trainer.step, elapsedMs: Number(metadata.elapsedMs) });
  run.logEvent({
    type: "resumed",
    message: `going on from step ${trainer.step} of ${train.steps}`,
    step: trainer.step,
  });
}

function withPrefix(prefix: string, scalars: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}
