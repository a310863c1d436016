import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findRun } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import type { PlaygroundModels } from "../api-types.js";
import { loadPlaygroundAssets } from "../web-assets.js";
import { type ModelSource, runSource, shippedSource } from "./model-source.js";
import { ModelStore, modelFiles } from "./model-store.js";

export interface ExportPlaygroundOptions {
  /** Folder of run folders. */
  readonly runs: string;
  /** Folder to write; must be empty or new. */
  readonly out: string;
  /** Tokenizer runs: folders, ids or `<sweep>/<point>`. */
  readonly tokenizers?: readonly string[];
  /** Generator runs; each brings its tokenizer. */
  readonly generators?: readonly string[];
  readonly log?: (line: string) => void;
}

export interface ExportedPlayground {
  /** The page to serve. */
  readonly page: string;
  /** Ids of the models in it, the one that is shown first at the beginning. */
  readonly models: readonly string[];
  readonly bytes: number;
}

/**
 * Writes the playground as a folder for any static web host: its page, ONNX Runtime, and the models that
 * are named; without any the tokenizer that comes with fqgan.
 * @throws UserError when a run is not there or not finished, or `out` has something in it
 */
export async function exportPlayground(
  options: ExportPlaygroundOptions,
): Promise<ExportedPlayground> {
  const { runs, out, tokenizers = [], generators = [], log = () => undefined } = options;
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new UserError(`${out}: expected an empty or new folder; name another one`);
  const sources: ModelSource[] = [
    ...generators.map((run) => runSource(findRun(runs, "generator", run).folder)),
    ...tokenizers.map((run) => runSource(findRun(runs, "tokenizer", run).folder)),
  ];
  if (sources.length === 0) sources.push(await shippedSource());
  const assets = await loadPlaygroundAssets(log);
  const store = new ModelStore({ log });
  let bytes = 0;
  for (const source of sources) {
    const folder = await store.open(source);
    const target = join(out, "models", source.id);
    mkdirSync(target, { recursive: true });
    for (const name of modelFiles(folder)) {
      copyFileSync(join(folder, name), join(target, name));
      bytes += statSync(join(target, name)).size;
    }
  }
  for (const path of assets.files) {
    const target = join(out, ...path.split("/"));
    mkdirSync(dirname(target), { recursive: true });
    const { content } = assets.read(path);
    writeFileSync(target, content);
    bytes += content.length;
  }
  const models = sources.map(({ id, label, kind, note }) => ({ id, label, kind, note }));
  const list: PlaygroundModels = { models };
  writeFileSync(join(out, "models.json"), JSON.stringify(list, null, 2));
  return { page: join(out, "index.html"), models: models.map(({ id }) => id), bytes };
}
