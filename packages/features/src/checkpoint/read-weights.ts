import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "@fqgan/registry";
import {
  type ByteSource,
  decodeSafetensors,
  type HostTensor,
  loadTensors,
  openPytorch,
  type PytorchValue,
} from "@fqgan/tensor";
import * as z from "zod";

/** Weights and where they came from. */
export interface WeightsFile {
  /** Names them in errors. */
  readonly path: string;
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /**
   * The first 16 hex digits of the file's SHA-256, which PyTorch's download names begin with, too. Extractors
   * with equal hashes share their network.
   */
  readonly hash: string;
}

/** The options of every strategy that reads one file of weights. */
export const weightsOptions = (published: string) => ({
  weights: z.string().min(1).describe(`${published}, or its tensors as safetensors`),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/i, "expected 8 to 64 hex digits")
    .optional()
    .describe("refuse a file whose SHA-256 begins otherwise"),
});

/** Where checkpoints keep the weights themselves, when they hold more. */
const WRAPPERS = ["state_dict", "model", "teacher"];

const BLOCK = 1 << 22;

/**
 * A local file of weights: `.safetensors`, or what `torch.save` wrote (of any age), told apart by their
 * contents.
 *
 * @param sha256 the file's SHA-256 or its first digits; another file is refused
 */
export async function readWeightsFile(path: string, sha256?: string): Promise<WeightsFile> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const source: ByteSource = { size, read: (offset, length) => part(file, offset, length) };
    const hash = await hashOf(source);
    if (sha256 && !hash.startsWith(sha256.toLowerCase()))
      throw new UserError(
        `${path}: expected SHA-256 ${sha256}…, got ${hash.slice(0, 16)}… (${size} bytes); ` +
          "was it downloaded completely?",
      );
    return { path, tensors: await tensorsOf(source, path), hash: hash.slice(0, 16) };
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const reasons: Record<string, string> = { ENOENT: "no such file", EISDIR: "a folder" };
  const refuse = (error: NodeJS.ErrnoException): never => {
    throw new UserError(
      `${path}: expected a file of weights, got ${reasons[error.code ?? ""] ?? error.message}; ` +
        "download it and give its path",
    );
  };
  const file = await open(path).catch(refuse);
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  return refuse(Object.assign(new Error(), { code: "EISDIR" }));
}

async function part(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}

async function hashOf(source: ByteSource): Promise<string> {
  const hash = createHash("sha256");
  for (let offset = 0; offset < source.size; offset += BLOCK)
    hash.update(await source.read(offset, Math.min(BLOCK, source.size - offset)));
  return hash.digest("hex");
}

async function tensorsOf(source: ByteSource, path: string): Promise<Record<string, HostTensor>> {
  const start = await source.read(0, Math.min(9, source.size));
  // safetensors: the length of a JSON header, then its brace
  if (start[8] === "{".charCodeAt(0))
    return decodeSafetensors(await source.read(0, source.size), path).tensors;
  const text = new TextDecoder().decode(start);
  if (source.size === 0 || text.startsWith("version "))
    throw new UserError(
      `${path}: expected weights, got ${source.size === 0 ? "0 bytes" : "a Git LFS pointer"}; ` +
        "download the file itself",
    );
  return loadTensors(unwrap(await openPytorch(source, path)));
}

function unwrap(content: PytorchValue): PytorchValue {
  const record = content as Readonly<Record<string, PytorchValue>> | null;
  const wrapper = WRAPPERS.find((name) => isRecord(record?.[name]));
  return wrapper ? record![wrapper]! : content;
}

const isRecord = (value: PytorchValue | undefined) =>
  value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
