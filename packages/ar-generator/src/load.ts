import { parseConfig, UserError } from "@fqgan/registry";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  readVariables,
  writeVariables,
} from "@fqgan/tensor";
import { generatorSchema } from "./config.js";
import { Generator } from "./transformer.js";

/** A generator and the tokenizer it writes codes for. */
export interface GeneratorCheckpoint {
  readonly generator: Generator;
  /** Hash of the tokenizer whose codes it was trained on; `""` when unknown. */
  readonly tokenizerHash: string;
}

/**
 * A self-contained safetensors file: weights, resolved config and tokenizer hash.
 * @param weights replaces the generator's own, for instance by their moving average
 */
export async function encodeGenerator(
  { generator, tokenizerHash }: GeneratorCheckpoint,
  weights?: Record<string, HostTensor>,
): Promise<Uint8Array> {
  return encodeSafetensors({
    tensors: weights ?? (await readVariables(generator.namedVariables())),
    metadata: {
      format: "fqgan-checkpoint",
      version: "1",
      kind: "generator",
      config: JSON.stringify(generator.config),
      tokenizerHash,
    },
  });
}

/** @param where names the file in errors */
export function decodeGenerator(bytes: Uint8Array, where: string): GeneratorCheckpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const expect = (key: string, expected: string) => {
    if (metadata[key] !== expected)
      throw new UserError(
        `${where}: expected a generator's checkpoint with ${key} "${expected}", ` +
          `got ${metadata[key] === undefined ? "none" : `"${metadata[key]}"`}`,
      );
  };
  expect("format", "fqgan-checkpoint");
  expect("kind", "generator");
  expect("version", "1");
  let written: unknown;
  try {
    written = JSON.parse(metadata.config ?? "");
  } catch {
    throw new UserError(`${where}: its config is not JSON; was the file edited?`);
  }
  const generator = new Generator(parseConfig(generatorSchema, written, where));
  writeVariables(generator.namedVariables(), tensors, where);
  return { generator, tokenizerHash: metadata.tokenizerHash ?? "" };
}
