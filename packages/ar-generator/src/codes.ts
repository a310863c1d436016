import type { Codes } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { GeneratorConfig } from "./config.js";
import { codebooksOf, positionsOf, requireClasses } from "./sampling/code-shape.js";

/** What images and their labels look like to a generator. */
export interface CodeBatch {
  /** int32 [B, N] for each codebook */
  readonly codes: Codes<HostTensor>;
  /** int32 [B] in [0, classes]; the last one, the null class, is for images without a label. */
  readonly labels: HostTensor;
}

/** What a tokenizer writes, as far as a generator depends on it. */
export interface CodeSource {
  readonly vocabularies: Readonly<Record<string, number>>;
  /** [rows, columns] */
  readonly grid: readonly [number, number];
  /** Hash of the tokenizer's weights. */
  readonly tokenizerHash?: string;
}

const describe = (sizes: Readonly<Record<string, number>>) =>
  Object.entries(sizes)
    .map(([name, size]) => `${name} ${size}`)
    .join(", ");

/** Refuses codes that another tokenizer wrote than the one the generator was trained on. */
export function requireSameCodes(own: CodeSource, other: CodeSource, where: string): void {
  const refuse = (what: string, expected: string, got: string) => {
    throw new UserError(
      `${where}: codes of another tokenizer: expected ${what} ${expected}, got ${got}; ` +
        "use the tokenizer that this generator was trained with",
    );
  };
  if (describe(own.vocabularies) !== describe(other.vocabularies))
    refuse("codebooks", describe(own.vocabularies), describe(other.vocabularies));
  if (own.grid.join() !== other.grid.join())
    refuse("grid", own.grid.join("×"), other.grid.join("×"));
  if (own.tokenizerHash && other.tokenizerHash && own.tokenizerHash !== other.tokenizerHash)
    refuse("tokenizer", own.tokenizerHash, other.tokenizerHash);
}

/** Refuses a batch whose names, shapes or values do not fit the generator. */
export function requireBatch(config: GeneratorConfig, batch: CodeBatch, where: string): void {
  const { codes, labels } = batch;
  const names = codebooksOf(config);
  const given = Object.keys(codes);
  if ([...names].sort().join() !== [...given].sort().join())
    throw new UserError(
      `${where}: codes of another tokenizer: expected codebooks ${names.join(", ")}, got ${given.join(", ")}`,
    );
  const [images] = labels.shape;
  for (const name of names) {
    const { shape, data } = codes[name]!;
    const expected = [images, positionsOf(config)];
    if (shape.join() !== expected.join())
      throw new UserError(
        `${where}: codes ${name}: expected [${expected}] for ${images} labels and a grid of ` +
          `${config.grid.join("×")}, got [${shape}]; extract them with this generator's tokenizer`,
      );
    const size = config.vocabularies[name]!;
    for (const code of data)
      if (code < 0 || code >= size)
        throw new UserError(
          `${where}: codes ${name}: ${code} is outside the vocabulary of ${size}; ` +
            "were they written by another tokenizer?",
        );
  }
  requireClasses(labels.data, config.classes, where);
}
