import { readFileSync } from "node:fs";
import { byteSource, createKey, type HostTensor } from "@fqgan/tensor";
import {
  fqganTrainingState,
  type ImageBatch,
  patchDiscriminatorWeights,
  type Tokenizer,
  TokenizerTrainer,
} from "@fqgan/tokenizer";
import { compareScalars } from "../compare.js";
import type { Check } from "../parity-case.js";
import {
  channelsLast,
  type files,
  row,
  type StepMeta,
  suffixes,
  type TokenizerMeta,
  teachers,
} from "./golden.js";
import { checkDiscriminator, checkGradients, checkParameters, type StateCheck } from "./updates.js";

type Scalars = Readonly<Record<string, number>>;

/** What both ways through a case's training steps need. */
interface Training {
  readonly tokenizer: Tokenizer;
  readonly data: ReturnType<typeof files>;
  readonly meta: TokenizerMeta;
  readonly groups: number;
}

function createTrainer({ tokenizer, meta }: Training): TokenizerTrainer {
  const { lr: learningRate, betas, max_grad_norm: clip } = meta.config;
  const [beta1, beta2] = betas;
  return new TokenizerTrainer(tokenizer, { key: createKey(0), learningRate, beta1, beta2, clip });
}

/** Each step has a batch of its own. */
function batchOf({ data }: Training, step: number): ImageBatch {
  // [steps, B, F] or [steps, B, 1, F]; absent where no codebook has a teacher.
  const features = data.has("train_features") ? data.tensors("train_features") : {};
  return {
    images: channelsLast(row(data.npy("train_input"), step - 1)), // of [steps, B, 3, H, W]
    teachers: Object.fromEntries(
      Object.entries(features).map(([name, rows]) => [name, withoutUnits(row(rows, step - 1))]),
    ),
  };
}

/** The discriminator at the beginning, by a trainer's names. */
const firstDiscriminator = ({ data }: Training): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(patchDiscriminatorWeights(data.tensors("discriminator"))).map(
      ([name, tensor]) => [`adversary.discriminator.${name}`, tensor],
    ),
  );

/** Training steps against a discriminator as the reference does them: losses, gradients, parameters. */
export async function checkTraining(training: Training): Promise<Check[]> {
  const { tokenizer, data, meta, groups } = training;
  const { betas, max_grad_norm: clip } = meta.config;
  const trainer = createTrainer(training);
  const start = { ...(await trainer.state()), ...firstDiscriminator(training) };
  trainer.restore(start, "discriminator");
  const checks: Check[] = [];
  for (const [index, step] of meta.train.steps.entries()) {
    const number = index + 1;
    const scalars = await trainer.trainStep(batchOf(training, number));
    checks.push(...checkLosses({ scalars, step, number, meta }));
    const state = await trainer.state();
    const check = { tokenizer, state, data, groups, number };
    if (number === 1)
      checks.push(...checkGradients({ ...check, scalars, beta1: betas[0], clip, meta }));
    checks.push(...checkMoved({ ...check, start, meta }));
  }
  trainer.dispose();
  return checks;
}

/**
 * One more step from a checkpoint of the reference with both optimizers' state.
 * @param tokenizer imported from the same file
 */
export async function checkResumed(
  training: Training & { readonly file: string },
): Promise<Check[]> {
  const { tokenizer, data, meta, groups, file } = training;
  const trainer = createTrainer(training);
  const state = await fqganTrainingState(byteSource(readFileSync(file)), {
    tokenizer,
    where: file,
    ema: false,
    adversary: true,
  });
  trainer.restore(state, file);
  const number = trainer.step + 1;
  const scalars = await trainer.trainStep(batchOf(training, number));
  const after = await trainer.state();
  trainer.dispose();
  const step = meta.train.steps[number - 1]!;
  const start = firstDiscriminator(training);
  return [
    ...checkLosses({ scalars, step, number, meta }),
    ...checkMoved({ tokenizer, state: after, data, groups, number, start, meta }),
  ].map((check) => ({ ...check, name: `resumed: ${check.name}` }));
}

/** Parameters of both models, where the case says what they are after this step. */
function checkMoved(
  check: StateCheck & { start: Readonly<Record<string, HostTensor>>; meta: TokenizerMeta },
): Check[] {
  const { data, number, meta } = check;
  const updates = meta.train[`param_after_step${number}` as "param_after_step1"];
  if (!updates || !data.has(`params_after_step${number}`)) return [];
  return [...checkParameters({ ...check, updates }), ...checkDiscriminator({ ...check, updates })];
}

/** [B, 1, F] → [B, F] */
const withoutUnits = (tensor: HostTensor): HostTensor => ({
  ...tensor,
  shape: [tensor.shape[0]!, tensor.shape.at(-1)!],
});

interface Allowance {
  /** In float64. */
  readonly exact?: number | undefined;
  /** Of the numbers that it is a difference of. */
  readonly range?: number;
  /** Norms of gradients may be as far off as gradients. */
  readonly allowed?: number;
}

function checkLosses(options: {
  scalars: Scalars;
  step: StepMeta;
  number: number;
  meta: TokenizerMeta;
}): Check[] {
  const { scalars, step, number, meta } = options;
  const tolerance = number === 1 ? 1e-5 : 1e-4;
  const check = (
    name: string,
    actual: number | undefined,
    expected: number,
    { exact, range = 0, allowed = tolerance }: Allowance = {},
  ) =>
    compareScalars({
      name: `step ${number}: ${name}`,
      // A loss of weight 0 is left out here and 0 there.
      actual: actual ?? 0,
      expected,
      expected64: exact,
      tolerance: allowed * Math.max(1, range / Math.max(Math.abs(expected), 1e-6)),
    });
  const checks = [
    check("loss_gen", scalars.loss, step.loss_gen, { exact: step.fp64?.loss_gen }),
    check("rec_loss", scalars["loss.reconstruction"], step.rec_loss, {
      exact: step.fp64?.rec_loss,
    }),
    check("disentangle_loss", scalars["loss.disentanglement"], step.disentangle_loss, {
      exact: step.fp64?.disentangle_loss,
    }),
    check("grad_norm", scalars.gradientNorm, step.grad_norm_before_clip, {
      exact: step.fp64?.grad_norm_before_clip,
      allowed: 1e-4,
    }),
    check("loss_disc", scalars["discriminator.loss"], step.loss_disc, {
      exact: step.fp64?.loss_disc,
    }),
    check(
      "disc_grad_norm",
      scalars["discriminator.gradientNorm"],
      step.disc_grad_norm_before_clip,
      { exact: step.fp64?.disc_grad_norm_before_clip, allowed: 1e-4 },
    ),
  ];
  for (const [name, suffix] of Object.entries(suffixes)) {
    const golden = step.codebook[suffix];
    if (!golden) continue;
    const of = (loss: string) => scalars[`loss.${name}.${loss}`];
    checks.push(
      check(`${suffix} vq_loss`, of("codebook"), golden.vq_loss),
      check(`${suffix} commit_loss`, of("commitment"), golden.commit_loss),
      // A difference of two entropies, each up to ln K: its error is measured against those.
      check(`${suffix} entropy_loss`, of("entropy"), golden.entropy_loss, {
        range: meta.config.entropy_loss_ratio * Math.log(meta.config.codebook_size),
      }),
    );
    const semantic = step[`semantic_loss${suffix.slice("sem".length)}`];
    if (name in teachers && typeof semantic === "number")
      checks.push(
        check(
          `${suffix} semantic_loss`,
          of("representation"),
          meta.config.semantic_weight * semantic,
        ),
      );
  }
  return checks;
}
