import {
  type ByteSource,
  byteSource,
  type HostTensor,
  isPytorchFile,
  loadTensors,
  openCheckpoint,
  openFile,
  safetensorsParts,
  saveFile,
} from "@fqgan/tensor";
import { decodeTokenizer, tokenizerContent, tokenizerIn } from "./checkpoint.js";
import { holdsPublished, importPublished, type PublishedOptions } from "./import/published.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The tokenizer in a file, in what a URL points to, or in bytes: a checkpoint of ours, or one of FQGAN's
 * reference implementation, LlamaGen, VQGAN, latent diffusion or Stable Diffusion, as torch.save wrote it or
 * as safetensors by the same names. Which it is, its names tell.
 * @param published what weights of published models don't tell, where it differs from the published sizes
 */
export async function loadTokenizer(
  source: string | URL | Uint8Array,
  published: PublishedOptions = {},
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

/** In safetensors, where the header's JSON begins. */
const BRACE = "{".charCodeAt(0);

async function read(
  source: ByteSource,
  where: string,
  published: PublishedOptions,
): Promise<Tokenizer> {
  const start = await source.read(0, 9);
  const isPytorch = isPytorchFile(start);
  if (isPytorch || start[8] === BRACE) {
    // Files may be larger than an array, and published ones hold other things too: tensors are read one by one.
    const { content, metadata } = await openCheckpoint(source, where);
    const isOurs = metadata.format !== undefined && metadata.kind !== undefined;
    if (isPytorch || (!isOurs && holdsPublished(content, where)))
      return importPublished(content, published, where);
    return tokenizerIn({ tensors: await loadTensors(content), metadata: { ...metadata } }, where);
  }
  return decodeTokenizer(await source.read(0, source.size), where);
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
  await saveFile(path, safetensorsParts(await tokenizerContent(tokenizer, weights)));
}
