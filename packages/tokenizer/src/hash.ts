import { type HostTensor, readVariables } from "@fqgan/tensor";
import type { TokenizerConfig } from "./config.js";
import type { Tokenizer } from "./tokenizer.js";

/** JSON with the keys of every record sorted. Codebooks are told apart by their order too. */
function canonical(config: TokenizerConfig): string {
  const sorted = JSON.stringify(config, (_key, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return `${Object.keys(config.codebooks).join()}\n${sorted}`;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256 in hexadecimal of a config and its weights, whatever order they are in. */
export async function hashTokenizer(
  config: TokenizerConfig,
  weights: Readonly<Record<string, HostTensor>>,
): Promise<string> {
  const lines = [canonical(config)];
  for (const name of Object.keys(weights).sort()) {
    const { dtype, shape, data } = weights[name]!;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    lines.push(`${name} ${dtype} [${shape.join()}] ${await sha256(bytes)}`);
  }
  return sha256(new TextEncoder().encode(lines.join("\n")));
}

/** What names this tokenizer: two with the same hash write and read the same codes. */
export async function tokenizerHash(tokenizer: Tokenizer): Promise<string> {
  return hashTokenizer(tokenizer.config, await readVariables(tokenizer.namedVariables()));
}
