import { UserError } from "@fqgan/registry";
import type { PytorchValue } from "./pytorch/pytorch.js";
import { PytorchTensor } from "./pytorch/tensor.js";

/** Where checkpoints keep a model's weights beside other things: most authors, DeepSpeed, Lightning. */
const MODEL = ["model", "module", "state_dict"];

/** What DistributedDataParallel and torch.compile put before every name of the model that they wrap. */
const WRAPPERS = ["module.", "_orig_mod."];

/**
 * A model's weights in what torch.save was given, not read yet, by the names that they have without
 * wrappers: an entry of the record, or the record itself.
 * @param which averaged weights are a choice of their own
 * @param where names the file in errors
 */
export function stateDict(
  content: PytorchValue,
  { which = "model", where }: { readonly which?: "model" | "ema"; readonly where: string },
): Readonly<Record<string, PytorchTensor>> {
  const record = isRecord(content) ? content : {};
  const entry = (which === "model" ? MODEL : [which]).find((name) => isRecord(record[name]));
  if (entry === undefined && which !== "model")
    throw new UserError(
      `${where}: expected weights "${which}", got ${Object.keys(record).slice(0, 8).join(", ") || "none"}; ` +
        'leave the choice out to take "model"',
    );
  const weights = entry === undefined ? record : (record[entry] as typeof record);
  const tensors = Object.entries(weights).filter(
    (named): named is [string, PytorchTensor] => named[1] instanceof PytorchTensor,
  );
  return withoutWrappers(Object.fromEntries(tensors));
}

/** Weights by the names that they have without wrappers. */
export function withoutWrappers<T>(
  weights: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  const entries = Object.entries(weights);
  const wrapper = WRAPPERS.find((prefix) => entries.every(([name]) => name.startsWith(prefix)));
  if (wrapper === undefined || entries.length === 0) return weights;
  const inner = entries.map(([name, value]) => [name.slice(wrapper.length), value] as const);
  return withoutWrappers(Object.fromEntries(inner));
}

const isRecord = (
  value: PytorchValue | undefined,
): value is Readonly<Record<string, PytorchValue>> =>
  value !== null &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  !(value instanceof PytorchTensor);
