import { UserError } from "@fqgan/registry";
import {
  createKey,
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  isPytorchFile,
  nn,
  readVariables,
  type Safetensors,
  type SafetensorsOptions,
  writeVariables,
} from "@fqgan/tensor";
import { parseTokenizerConfig, type TokenizerConfig } from "./config.js";
import { hashTokenizer } from "./hash.js";
import { Tokenizer } from "./tokenizer.js";

const FORMAT = { format: "fqgan-checkpoint", version: "1", kind: "tokenizer" } as const;

/**
 * What a self-contained safetensors file of it holds: weights, resolved config and their hash, which
 * generators name the tokenizer of their codes by.
 * @param weights replaces the tokenizer's own, for instance by their moving average
 * @param options how the file will be written: the hash is of the weights as they will be read back
 */
export async function tokenizerContent(
  tokenizer: Tokenizer,
  weights?: Record<string, HostTensor>,
  options: SafetensorsOptions = {},
): Promise<Safetensors> {
  const exact = weights ?? (await readVariables(tokenizer.namedVariables()));
  const tensors = options.floats === "F16" ? asStored(exact, options) : exact;
  const metadata = {
    ...FORMAT,
    config: JSON.stringify(tokenizer.config),
    hash: await hashTokenizer(tokenizer.config, tensors),
  };
  return { tensors, metadata };
}

/** The bytes of such a file; up to 4 GiB, which is as long as an array can be. */
export async function encodeTokenizer(
  tokenizer: Tokenizer,
  weights?: Record<string, HostTensor>,
  options: SafetensorsOptions = {},
): Promise<Uint8Array> {
  return encodeSafetensors(await tokenizerContent(tokenizer, weights, options), options);
}

/** As they will be read back. */
function asStored(tensors: Record<string, HostTensor>, options: SafetensorsOptions) {
  return decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }, options), "weights")
    .tensors;
}

/**
 * The tokenizer in a checkpoint's bytes.
 * @param where names the file in errors
 */
export async function decodeTokenizer(bytes: Uint8Array, where: string): Promise<Tokenizer> {
  refuseOtherFiles(bytes, where);
  return tokenizerIn(decodeSafetensors(bytes, where), where);
}

/**
 * The tokenizer in what a checkpoint of ours holds; anything else is a UserError.
 * @param where names the file in errors
 */
export async function tokenizerIn(
  { tensors, metadata }: Safetensors,
  where: string,
): Promise<Tokenizer> {
  for (const [key, expected] of Object.entries(FORMAT))
    if (metadata[key] !== expected)
      throw new UserError(
        `${where}: expected a tokenizer's checkpoint with ${key} "${expected}", got ` +
          `${metadata[key] === undefined ? "none" : `"${metadata[key]}"`}; ${remedy(metadata)}`,
      );
  let written: unknown;
  try {
    written = JSON.parse(metadata.config ?? "");
  } catch {
    throw new UserError(`${where}: its config is not JSON; was the file edited?`);
  }
  const config = parseTokenizerConfig(written, where);
  // The config as it was written: a default that came later must not make the file look damaged.
  if ((await hashTokenizer(written as TokenizerConfig, tensors)) !== metadata.hash)
    throw new UserError(
      `${where}: expected weights and config of hash ${metadata.hash}, got others; ` +
        "the file was changed or damaged: copy or save it again",
    );
  const tokenizer = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  writeVariables(tokenizer.namedVariables(), tensors, where);
  return tokenizer;
}

/** Files that people take for checkpoints of ours, by their first bytes. */
function refuseOtherFiles(bytes: Uint8Array, where: string): void {
  const starts = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  const found = [
    { is: bytes.length === 0, what: "an empty file" },
    { is: isPytorchFile(bytes), what: "a file such as PyTorch's .pt; use loadTokenizer" },
    { is: starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8), what: "an image" },
  ].find(({ is }) => is);
  if (found) throw new UserError(`${where}: expected a tokenizer's checkpoint, got ${found.what}`);
}

function remedy({ format, kind }: Record<string, string>): string {
  if (format === undefined) return "it holds weights without a config: import them by their names";
  if (kind !== undefined && kind !== FORMAT.kind)
    return `give the ${kind} where a ${kind} is wanted`;
  return "it was written by another version of this software";
}
