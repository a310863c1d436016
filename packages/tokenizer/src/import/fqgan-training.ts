/**
 * The state of a training of the reference implementation of FQGAN (github.com/showlab/FQGAN), as its
 * checkpoints keep it: both models, both of PyTorch's Adam optimizers, averaged weights and the step.
 */
import { UserError } from "@fqgan/registry";
import {
  type ByteSource,
  type HostTensor,
  hostTensor,
  loadTensors,
  openPytorch,
  PytorchTensor,
  type PytorchValue,
} from "@fqgan/tensor";
import type { Tokenizer } from "../tokenizer.js";
import { fqganWeights } from "./fqgan.js";
import { fqganNames } from "./fqgan-names.js";
import { fromTorch } from "./layout.js";
import { patchDiscriminatorWeights } from "./patch-discriminator.js";
import { styleDiscriminatorWeights } from "./style-discriminator.js";

type Tensors = Record<string, HostTensor>;
type PytorchRecord = Readonly<Record<string, PytorchValue>>;

/** What of a checkpoint a trainer goes on with. */
export interface FqganTrainingOptions {
  /** Whether the trainer keeps a moving average of the weights. */
  readonly ema: boolean;
  /** Whether it has a discriminator. */
  readonly adversary: boolean;
}

/**
 * What `TokenizerTrainer.restore` takes, from a checkpoint of the reference: training goes on at its next
 * step. (The reference itself goes back to the beginning of the epoch, and loses what came after.)
 *
 * @param tokenizer imported from the same file, with every feature head that the file has
 * @param where names the file in errors
 */
export async function fqganTrainingState(
  source: ByteSource,
  { tokenizer, where, ...parts }: FqganTrainingOptions & { tokenizer: Tokenizer; where: string },
): Promise<Tensors> {
  const content = await openPytorch(source, where);
  const record = take(content, where);
  const part = (name: string) => take(record[name], `${where}: ${name}`);
  const model = await loadTensors(part("model"));
  const names = new Map([...fqganNames(tokenizer)].map(([ours, theirs]) => [theirs, ours]));
  const variables = tokenizer.namedVariables();
  const translate = (tensors: Tensors): Tensors =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) => {
        const ours = names.get(name);
        return ours ? [[ours, fromTorch(ours, tensor, variables.get(ours)!.rank)]] : [];
      }),
    );
  const state: Tensors = {
    step: hostTensor(Int32Array.of(Number(record.steps)), []),
    ...prefixed("model", fqganWeights(tokenizer, model, where)),
    ...prefixed(
      "optimizer",
      await adamState(part("optimizer"), { model, translate, where: `${where}: optimizer` }),
    ),
  };
  if (parts.ema)
    Object.assign(
      state,
      prefixed("ema.shadow", fqganWeights(tokenizer, await loadTensors(part("ema")), where)),
    );
  if (parts.adversary) {
    const discriminator = await loadTensors(part("discriminator"));
    const weights =
      "main.0.weight" in discriminator ? patchDiscriminatorWeights : styleDiscriminatorWeights;
    const adam = await adamState(part("optimizer_disc"), {
      model: discriminator,
      translate: weights,
      where: `${where}: optimizer_disc`,
    });
    Object.assign(
      state,
      prefixed("adversary.discriminator", weights(discriminator)),
      prefixed("adversary.optimizer", adam),
    );
  }
  return state;
}

/**
 * The slots of `torch.optim.Adam`. It numbers parameters in the order of the model's: that of its weights
 * without the buffers between them.
 */
async function adamState(
  optimizer: PytorchRecord,
  options: { model: Tensors; translate: (tensors: Tensors) => Tensors; where: string },
): Promise<Tensors> {
  const { model, translate, where } = options;
  const parameters = Object.keys(model).filter((name) => !isBuffer(name));
  const slots = take(optimizer.state, `${where}.state`);
  const first: Tensors = {};
  const second: Tensors = {};
  let updates = 0;
  for (const [index, name] of parameters.entries()) {
    const slot = slots[index];
    // Without a gradient so far, Adam has no slots: they start at zero.
    const { step = 0, exp_avg, exp_avg_sq } = slot === undefined ? {} : take(slot, where);
    const zeros = () => {
      const { data, shape } = model[name]!;
      return hostTensor(new Float32Array(data.length), shape);
    };
    first[name] = exp_avg instanceof PytorchTensor ? await exp_avg.load() : zeros();
    second[name] = exp_avg_sq instanceof PytorchTensor ? await exp_avg_sq.load() : zeros();
    if (first[name].shape.join() !== model[name]!.shape.join())
      throw new UserError(
        `${where}: expected [${model[name]!.shape}] for ${name}, parameter ${index}, got ` +
          `[${first[name].shape}]; is it of another model?`,
      );
    const done = step instanceof PytorchTensor ? (await step.load()).data[0]! : Number(step);
    updates = Math.max(updates, done);
  }
  const moments = Object.entries({ first: translate(first), second: translate(second) });
  return {
    updates: hostTensor(Float32Array.of(updates), []),
    ...Object.fromEntries(
      moments.flatMap(([slot, tensors]) =>
        Object.entries(tensors).map(([name, tensor]) => [`moments.${name}.${slot}`, tensor]),
      ),
    ),
  };
}

const isBuffer = (name: string) =>
  /(codebook_used|running_mean|running_var|num_batches_tracked|downsample\.0\.f)$/.test(name);

const prefixed = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]),
  );

function take(value: PytorchValue | undefined, where: string): PytorchRecord {
  if (value !== null && typeof value === "object" && !(value instanceof PytorchTensor))
    if (!Array.isArray(value)) return value as PytorchRecord;
  throw new UserError(
    `${where}: expected a record of a training, got ${value === undefined ? "none" : typeof value}; ` +
      "only files with the optimizers' state can be gone on with: fine-tune from it instead",
  );
}
