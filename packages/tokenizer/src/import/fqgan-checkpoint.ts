import { UserError } from "@fqgan/registry";
import { type ByteSource, loadTensors, openPytorch, type PytorchValue } from "@fqgan/tensor";
import type { Tokenizer } from "../tokenizer.js";
import { type FqganImportOptions, importFqgan } from "./fqgan.js";

export interface FqganCheckpointOptions extends FqganImportOptions {
  /**
   * Of a file with averaged weights: `model` (the default), which the reference writes codes with, or
   * `ema`, which it prefers for reconstruction.
   */
  readonly weights?: "model" | "ema";
}

/**
 * The tokenizer in a checkpoint of the reference implementation, as `torch.save` wrote it: a record with
 * `model` and perhaps `ema`, or the weights alone. Optimizers and discriminator are not read.
 * @param where names the file in errors
 */
export async function importFqganCheckpoint(
  source: ByteSource,
  options: FqganCheckpointOptions,
  where: string,
): Promise<Tokenizer> {
  const { weights = "model", ...facts } = options;
  const content = await openPytorch(source, where);
  const isRecord = content !== null && typeof content === "object" && !Array.isArray(content);
  const record = (isRecord ? content : {}) as Readonly<Record<string, PytorchValue>>;
  const chosen = record[weights] ?? (weights === "model" ? record : undefined);
  if (chosen === undefined)
    throw new UserError(
      `${where}: expected weights "${weights}", got ${Object.keys(record).join(", ") || "none"}; ` +
        'leave the choice out to take "model"',
    );
  return importFqgan(await loadTensors(chosen), facts, where);
}
