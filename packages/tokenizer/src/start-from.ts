import { readVariables, writeVariables } from "@fqgan/tensor";
import type { Tokenizer } from "./tokenizer.js";

/** Heads that predict teachers' features are for training only: not every checkpoint has them. */
const isHead = (name: string): boolean => /^branches\.\w+\.featureHead\./.test(name);

/**
 * Gives a tokenizer the weights of another of the same structure, to fine-tune it. Heads for teachers that
 * the other lacks stay as they are.
 * @param where names the other's source in errors
 * @returns the names of the heads' variables that stayed
 */
export async function startFrom(
  tokenizer: Tokenizer,
  source: Tokenizer,
  where: string,
): Promise<string[]> {
  const own = tokenizer.namedVariables();
  const given = Object.entries(await readVariables(source.namedVariables()));
  const wanted = Object.fromEntries(given.filter(([name]) => own.has(name) || !isHead(name)));
  const fresh = [...own].filter(([name]) => isHead(name) && !(name in wanted));
  writeVariables(own, { ...wanted, ...(await readVariables(new Map(fresh))) }, where);
  return fresh.map(([name]) => name);
}
