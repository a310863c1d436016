import { type StrategyConfig, UserError } from "@fqgan/registry";
import { parse } from "yaml";

/** A contender as a command line says it: a name, or a config in YAML such as `{name: vq, size: 64}`. */
export function parseContender(text: string): StrategyConfig | string {
  if (!text.trimStart().startsWith("{")) return text;
  try {
    return parse(text) as StrategyConfig;
  } catch (error) {
    throw new UserError(`--quantizers ${text}: not YAML: ${(error as Error).message}`);
  }
}
