import { parseConfig, UserError } from "@fqgan/registry";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  loadCheckpoint,
  readVariables,
  type Safetensors,
  safetensorsParts,
  saveFile,
  writeVariables,
} from "@fqgan/tensor";
import { type GeneratorConfig, generatorSchema } from "./config.js";
import { Generator } from "./transformer.js";

/** A generator and the tokenizer it writes codes for. */
export interface GeneratorCheckpoint {
  readonly generator: Generator;
  /** Hash of the tokenizer whose codes it was trained on; `""` when unknown. */
  readonly tokenizerHash: string;
}

/**
 * What a self-contained safetensors file of it holds: weights, resolved config and tokenizer hash.
 * @param weights replaces the generator's own, for instance by their moving average
 */
export async function generatorContent(
  { generator, tokenizerHash }: GeneratorCheckpoint,
  weights?: Record<string, HostTensor>,
): Promise<Safetensors> {
  return {
    tensors: weights ?? (await readVariables(generator.namedVariables())),
    metadata: {
      format: "fqgan-checkpoint",
      version: "1",
      kind: "generator",
      config: JSON.stringify(generator.config),
      tokenizerHash,
    },
  };
}

/** The bytes of such a file; up to 4 GiB, which is as long as an array can be. */
export async function encodeGenerator(
  checkpoint: GeneratorCheckpoint,
  weights?: Record<string, HostTensor>,
): Promise<Uint8Array> {
  return encodeSafetensors(await generatorContent(checkpoint, weights));
}

/**
 * The generator in a checkpoint of ours; anything else is a UserError.
 * @param where names the file in errors
 */
export const decodeGenerator = (bytes: Uint8Array, where: string): GeneratorCheckpoint =>
  generatorIn(decodeSafetensors(bytes, where), where);

function generatorIn({ tensors, metadata }: Safetensors, where: string): GeneratorCheckpoint {
  const generator = new Generator(configIn(metadata, where));
  writeVariables(generator.namedVariables(), tensors, where);
  return { generator, tokenizerHash: metadata.tokenizerHash ?? "" };
}

/** Writes a checkpoint that `loadGenerator` reads, whole or not at all. */
export async function saveGenerator(path: string, checkpoint: GeneratorCheckpoint): Promise<void> {
  await saveFile(path, safetensorsParts(await generatorContent(checkpoint)));
}

/** The generator in a file of ours, of any size. */
export async function loadGenerator(path: string): Promise<GeneratorCheckpoint> {
  return generatorIn(await loadCheckpoint(path, "a generator's checkpoint"), path);
}

/** The config that a checkpoint's metadata holds, if they are a generator's. */
function configIn(metadata: Readonly<Record<string, string>>, where: string): GeneratorConfig {
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
  return parseConfig(generatorSchema, written, where);
}
