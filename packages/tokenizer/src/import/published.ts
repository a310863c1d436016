/** Published tokenizers, told apart by the names of their weights. */
import { UserError } from "@fqgan/registry";
import { type HostTensor, loadTensors, type PytorchValue, stateDict } from "@fqgan/tensor";
import type { Tokenizer } from "../tokenizer.js";
import { type FqganImportOptions, importFqgan } from "./fqgan.js";
import { referenceModel, referenceModels } from "./fqgan-names.js";
import { importLatentDiffusion, OWN_WEIGHTS } from "./latent-diffusion.js";

/** What the weights of published models don't tell. */
export interface PublishedOptions extends FqganImportOptions {
  /**
   * Of a file with averaged weights: `model` (the default), which FQGAN's code writes codes with, or `ema`,
   * which it prefers for reconstruction.
   */
  readonly weights?: "model" | "ema";
}

/** Models whose weights are named alike. */
interface Family {
  readonly models: readonly string[];
  knows(names: readonly string[]): boolean;
  /** What of a file is the tokenizer's; the rest is not read. */
  owns(name: string): boolean;
  create(
    tensors: Readonly<Record<string, HostTensor>>,
    options: FqganImportOptions,
    where: string,
  ): Tokenizer;
}

const families: readonly Family[] = [
  {
    models: referenceModels.map(({ name }) => name),
    knows: (names) => referenceModel(names) !== undefined,
    owns: () => true,
    create: importFqgan,
  },
  {
    models: ["VQGAN", "SD-VQGAN", "SD-VAE"],
    knows: (names) => names.includes("encoder.down.0.block.0.conv1.weight"),
    owns: (name) => OWN_WEIGHTS.test(name),
    create: importLatentDiffusion,
  },
];

/** What Stable Diffusion's files put before the names of their autoencoder's weights. */
const FIRST_STAGE = "first_stage_model.";

/** The autoencoder's weights, where they lie among those of other models. */
function firstStage<T>(weights: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const inner = Object.entries(weights).flatMap(([name, value]) =>
    name.startsWith(FIRST_STAGE) ? [[name.slice(FIRST_STAGE.length), value] as const] : [],
  );
  return inner.length > 0 ? Object.fromEntries(inner) : weights;
}

const familyOf = (names: readonly string[]) => families.find(({ knows }) => knows(names));

/** Whether a file of weights holds a published tokenizer, whatever else. */
export const holdsPublished = (content: PytorchValue, where: string): boolean =>
  familyOf(Object.keys(firstStage(stateDict(content, { where })))) !== undefined;

/**
 * The tokenizer in a file of weights, as `openCheckpoint` opened it. Only its own weights are read.
 * @param where names the file in errors
 */
export async function importPublished(
  content: PytorchValue,
  { weights: which = "model", ...facts }: PublishedOptions,
  where: string,
): Promise<Tokenizer> {
  const weights = Object.entries(firstStage(stateDict(content, { which, where })));
  const names = weights.map(([name]) => name);
  const family = familyOf(names);
  if (!family)
    throw new UserError(
      `${where}: expected weights of ${families.flatMap(({ models }) => models).join(", ")}, got ` +
        `${names.slice(0, 3).join(", ") || "none"}, …; is it another model's?`,
    );
  const own = weights.filter(([name]) => family.owns(name));
  return family.create(await loadTensors(Object.fromEntries(own)), facts, where);
}
