import {
  type ByteSource,
  byteSource,
  decodeSafetensors,
  type HostTensor,
  isPytorchFile,
  openFile,
  saveFile,
} from "@fqgan/tensor";
import { decodeTokenizer, encodeTokenizer } from "./checkpoint.js";
import { importFqgan } from "./import/fqgan.js";
import { type FqganCheckpointOptions, importFqganCheckpoint } from "./import/fqgan-checkpoint.js";
import { referenceModel } from "./import/fqgan-names.js";
import { withoutWrappers } from "./import/wrappers.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The tokenizer in a file, in what a URL points to, or in bytes: a checkpoint of ours, or one of FQGAN's
 * reference implementation or of LlamaGen, as torch.save wrote it or as safetensors by the same names.
 * @param published what weights of published models don't tell, where it differs from the published sizes
 */
export async function loadTokenizer(
  source: string | URL | Uint8Array,
  published: FqganCheckpointOptions = {},
): Promise<Tokenizer> {
  if (source instanceof Uint8Array) return read(byteSource(source), "these bytes", published);
  const isFile = typeof source === "string" || source.protocol === "file:";
  if (!isFile) {
    const response = await fetch(source);
    if (!response.ok) throw new Error(`${source}: ${response.status} ${response.statusText}`);
    return read(
      byteSource(await response.arrayBuffer().then((buffer) => new Uint8Array(buffer))),
      source.href,
      published,
    );
  }
  const file = await openFile(source, "a tokenizer's checkpoint");
  try {
    return await read(file, typeof source === "string" ? source : source.pathname, published);
  } finally {
    await file.close();
  }
}

async function read(
  source: ByteSource,
  where: string,
  published: FqganCheckpointOptions,
): Promise<Tokenizer> {
  // PyTorch's files are large and hold optimizers too: only what is needed is read of them.
  if (isPytorchFile(await source.read(0, 4)))
    return importFqganCheckpoint(source, published, where);
  const bytes = await source.read(0, source.size);
  return named(bytes, where, published) ?? decodeTokenizer(bytes, where);
}

/** Safetensors that hold a published model by PyTorch's names, which have no config beside them. */
function named(
  bytes: Uint8Array,
  where: string,
  published: FqganCheckpointOptions,
): Tokenizer | undefined {
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + 2 ** 20));
  if (!header.includes("encoder.conv_in.weight")) return undefined;
  const { tensors } = decodeSafetensors(bytes, where);
  const names = Object.keys(withoutWrappers(tensors));
  return referenceModel(names) && importFqgan(tensors, published, where);
}

/**
 * Writes a checkpoint that `loadTokenizer` reads, whole or not at all.
 * @param weights replaces the tokenizer's own, for instance by their moving average
 */
export async function saveTokenizer(
  path: string,
  tokenizer: Tokenizer,
  weights?: Record<string, HostTensor>,
): Promise<void> {
  await saveFile(path, await encodeTokenizer(tokenizer, weights));
}
