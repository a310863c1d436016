import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";

/** What WANDB_MODE may say. */
export const WANDB_MODES = ["online", "offline", "disabled"] as const;

/** One of those. */
export type WandbMode = (typeof WANDB_MODES)[number];

/** Where to send runs and who sends them. */
export interface WandbSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Undefined: the key's default entity. */
  readonly entity: string | undefined;
  readonly project: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Online unless WANDB_MODE says otherwise. */
export function wandbMode(environment: Environment = process.env): WandbMode {
  const mode = environment.WANDB_MODE || "online";
  if (!(WANDB_MODES as readonly string[]).includes(mode))
    throw new UserError(
      `WANDB_MODE: expected ${WANDB_MODES.join(", ")}, got "${mode}"; correct or unset it`,
    );
  return mode as WandbMode;
}

/** Settings from WANDB_BASE_URL, WANDB_API_KEY, WANDB_ENTITY, WANDB_PROJECT, or the key from ~/.netrc. */
export function wandbSettings(
  environment: Environment = process.env,
  home: string = homedir(),
): WandbSettings {
  const baseUrl = (environment.WANDB_BASE_URL || "https://api.wandb.ai").replace(/\/+$/, "");
  const host = new URL(baseUrl).hostname;
  const apiKey = environment.WANDB_API_KEY || keyFromNetrc(join(home, ".netrc"), host);
  if (!apiKey)
    throw new UserError(
      `wandb: expected a key for ${host}, found neither WANDB_API_KEY nor an entry in ~/.netrc; set one, ` +
        "or set WANDB_MODE=offline and send the runs later with `fqgan sync`",
    );
  return {
    baseUrl,
    apiKey,
    entity: environment.WANDB_ENTITY || undefined,
    project: environment.WANDB_PROJECT || undefined,
  };
}

/** The password of `machine <host>`, as `wandb login` writes it. */
function keyFromNetrc(path: string, host: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const words = text.split(/\s+/);
  const at = words.findIndex((word, i) => word === "machine" && words[i + 1] === host);
  if (at < 0) return undefined;
  const next = words.indexOf("machine", at + 1);
  const entry = words.slice(at, next < 0 ? undefined : next);
  const password = entry.indexOf("password");
  return password < 0 ? undefined : entry[password + 1];
}
