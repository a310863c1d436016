/** Checkpoints of either format, whose tensors are read one by one: files may be larger than memory. */
import { UserError } from "@fqgan/registry";
import { hostTensor } from "../host-tensor.js";
import { openFile } from "./open-file.js";
import type { ByteSource } from "./pytorch/byte-source.js";
import { isPytorchFile, loadTensors, openPytorch, type PytorchValue } from "./pytorch/pytorch.js";
import { PytorchTensor } from "./pytorch/tensor.js";
import type { Safetensors } from "./safetensors.js";
import {
  headerLength,
  LENGTH_BYTES,
  parseHeader,
  type StoredTensor,
} from "./safetensors-header.js";
import { readValues } from "./values.js";

/** An opened checkpoint, its tensors not read yet. */
export interface OpenedCheckpoint {
  /** What torch.save was given; of safetensors, its tensors by name. */
  readonly content: PytorchValue;
  /** Of safetensors: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file of torch.save, or safetensors, told apart by its first bytes. @param where names it in errors */
export async function openCheckpoint(source: ByteSource, where: string): Promise<OpenedCheckpoint> {
  if (isPytorchFile(await source.read(0, 4)))
    return { content: await openPytorch(source, where), metadata: {} };
  const length = headerLength(await source.read(0, LENGTH_BYTES), source.size, where);
  const json = await source.read(LENGTH_BYTES, length);
  const { metadata, tensors } = parseHeader(json, source.size, where);
  const opened = [...tensors].map(
    ([name, stored]) => [name, openTensor(stored, { source, where: `${where}: ${name}` })] as const,
  );
  return { content: Object.fromEntries(opened), metadata };
}

/**
 * All tensors and the free text of a checkpoint on disk (Node only), read one by one: it may be larger than
 * 2 GiB, which reading a file whole may not.
 * @param what is expected there, for errors: "a tokenizer's checkpoint"
 */
export async function loadCheckpoint(path: string | URL, what: string): Promise<Safetensors> {
  const file = await openFile(path, what);
  try {
    const { content, metadata } = await openCheckpoint(file, String(path));
    return { tensors: await loadTensors(content), metadata: { ...metadata } };
  } finally {
    await file.close();
  }
}

function openTensor(
  { dtype, shape, begin, length }: StoredTensor,
  { source, where }: { readonly source: ByteSource; readonly where: string },
): PytorchTensor {
  return new PytorchTensor(shape, async () => {
    const raw = await source.read(begin, length);
    if (raw.length !== length)
      throw new UserError(`${where}: its values are cut off; was the file copied completely?`);
    return hostTensor(readValues(dtype, new Uint8Array(raw).buffer)!, shape);
  });
}
