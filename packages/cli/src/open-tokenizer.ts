import { existsSync, statSync } from "node:fs";
import { extname } from "node:path";
import { findRun, loadRunTokenizer, readTaught, type TeachingNetwork } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import {
  defaultTokenizer,
  loadTokenizer,
  type PublishedOptions,
  type Tokenizer,
} from "@fqgan/tokenizer";

export interface OpenedTokenizer {
  readonly tokenizer: Tokenizer;
  /** For people: a run's label, a file's name. */
  readonly name: string;
  /** What `--from` finds it by again; undefined for the one that comes with the command. */
  readonly from: string | undefined;
  /** Networks that it learned from, where its run tells. */
  readonly taught: readonly TeachingNetwork[];
  /** How pictures are fitted to it unless told: a small model's one square is little of a photograph. */
  readonly fit: "crop" | "tile";
}

/** What weights of published models don't tell. */
export interface PublishedFlags {
  readonly weights?: "model" | "ema";
  readonly groups?: number;
  readonly heads?: number;
  readonly size?: number;
}

export const publishedOptions = ({ weights, groups, heads, size }: PublishedFlags) => ({
  ...(weights !== undefined && { weights }),
  ...(groups !== undefined && { groups }),
  ...(heads !== undefined && { adapterHeads: heads }),
  ...(size !== undefined && { imageSize: size }),
});

const CHECKPOINTS = [".safetensors", ".pt", ".pth", ".ckpt"];

/**
 * The tokenizer that `--from` means: a checkpoint of ours or of PyTorch, a run, `newest`; without it the
 * one that comes with the command.
 */
export async function openTokenizer(
  runs: string,
  from: string | undefined,
  published: PublishedOptions = {},
): Promise<OpenedTokenizer> {
  if (from === undefined)
    return {
      tokenizer: await loadTokenizer(defaultTokenizer),
      name: "the tokenizer that comes with fqgan",
      from,
      taught: [],
      fit: "tile",
    };
  if (isCheckpoint(from))
    return {
      tokenizer: await loadTokenizer(from, published),
      name: from,
      from,
      taught: [],
      fit: "crop",
    };
  const run = findRun(runs, "tokenizer", from);
  const { label, id } = run.config;
  const tokenizer = await loadRunTokenizer(run.folder);
  const taught = readTaught(run.folder);
  return { tokenizer, name: `${label} (${id})`, from: id, taught, fit: "crop" };
}

export function isCheckpoint(from: string): boolean {
  if (existsSync(from)) return statSync(from).isFile();
  if (!CHECKPOINTS.includes(extname(from).toLowerCase())) return false;
  throw new UserError(`${from}: expected a tokenizer's checkpoint, got no such file`);
}
