/** Networks that a tokenizer learned from, kept in its run: whoever judges it later should not be one of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadExtractor } from "@fqgan/features";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import * as z from "zod";
import type { Summary } from "../schema/run-format.js";
import { writeJsonAtomic } from "../store/atomic-file.js";
import type { StageContext } from "./stage.js";

const FILE = "taught.json";

const schema = z.looseObject({
  networks: z.array(z.looseObject({ name: z.string(), hash: z.string() })),
});

/** A network by its name and the beginning of its weights' SHA-256. */
export interface TeachingNetwork {
  readonly name: string;
  readonly hash: string;
}

/** Those of a run; none where nothing taught it, and none of runs of earlier versions. */
export function readTaught(folder: string): readonly TeachingNetwork[] {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, FILE), "utf8"))).networks;
  } catch {
    return [];
  }
}

/** Writes down what teaches a run, and says now if one of them will judge it. */
export async function recordTaught(
  { run, warn }: Pick<StageContext<unknown>, "run" | "warn">,
  {
    networks,
    judges,
  }: { readonly networks: readonly TeachingNetwork[]; readonly judges: readonly StrategyConfig[] },
): Promise<void> {
  if (networks.length === 0) return;
  writeJsonAtomic(join(run.path, FILE), { format: 1, networks });
  for (const config of judges) {
    const judge = await identityOf(config);
    if (judge && isAmong(networks, judge))
      warn({
        code: "teacher-judges",
        message:
          `${judge.name} teaches this tokenizer and will judge it, too: its numbers flatter what it taught; ` +
          "let another network judge (evaluate.extractor)",
        network: judge.name,
      });
  }
}

/** Of a network that can be loaded: whether one is needed and there, whoever judges by it finds out. */
async function identityOf(config: StrategyConfig): Promise<TeachingNetwork | undefined> {
  try {
    const { name, hash, dispose } = await loadExtractor(config);
    dispose();
    return { name, hash };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Whether a network is one of those, by its weights or its name. */
const isAmong = (networks: readonly TeachingNetwork[], { name, hash }: TeachingNetwork): boolean =>
  networks.some((network) => network.hash === hash || network.name === name);

/** A sentence for each network that judges what it taught. */
export const teacherWarnings = (
  judges: readonly (TeachingNetwork | undefined)[],
  taught: readonly TeachingNetwork[],
): string[] => {
  const names = judges.flatMap((judge) => (judge && isAmong(taught, judge) ? [judge.name] : []));
  return [...new Set(names)].map(
    (name) =>
      `${name} taught this tokenizer and judges it here: its numbers flatter what it taught`,
  );
};

/** How numbers were made, with a warning on those that come from a network that taught the tokenizer. */
export function warnOfTeachers(
  protocols: Summary["protocols"],
  taught: readonly TeachingNetwork[],
): Summary["protocols"] {
  const warned = Object.entries(protocols).map(([name, protocol]) => {
    const { extractor, extractorHash } = protocol;
    if (extractor === undefined) return [name, protocol] as const;
    const judge = { name: extractor, hash: String(extractorHash ?? "") };
    if (!isAmong(taught, judge)) return [name, protocol] as const;
    const warning = `judged by the network that taught it (${extractor}), which flatters it`;
    return [name, { ...protocol, warning }] as const;
  });
  return Object.fromEntries(warned);
}
