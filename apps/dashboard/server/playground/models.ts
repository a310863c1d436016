import type { PlaygroundModel, RunRow } from "../api-types.js";

/** The tokenizer that comes with @fqgan/tokenizer: the playground works without any run. */
export const SHIPPED: PlaygroundModel = {
  id: "fqgan-dual-64",
  label: "FQGAN-dual, 64 × 64",
  kind: "tokenizer",
  note: "comes with fqgan",
};

/** What the playground can run: the shipped tokenizer, then finished tokenizers and generators. */
export function listModels(runs: readonly RunRow[]): PlaygroundModel[] {
  const finished = runs.flatMap(({ id, label, kind, status, seed }): PlaygroundModel[] =>
    status === "done" && (kind === "tokenizer" || kind === "generator")
      ? [{ id, label, kind, note: `seed ${seed} · ${id}` }]
      : [],
  );
  return [SHIPPED, ...finished];
}
