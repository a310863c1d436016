import { createHash } from "node:crypto";
import type { StageKind } from "../schema/run-format.js";

/** What makes a stage the same stage: equal identities give equal results, so they share one run. */
export interface StageIdentity {
  readonly kind: StageKind;
  /** Raised when this kind of stage starts to compute something else from the same config. */
  readonly revision: number;
  readonly config: unknown;
  readonly seed: number;
  /** Run ids by role. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Names whose order matters: sorted keys alone would lose it. */
  readonly order?: readonly string[];
}

/** JSON with sorted keys: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** Lower-case words joined by dashes: "FQ 256 × 2 + both" → "fq-256x2-both". */
export function slugify(text: string): string {
  return text
    .toLowerCase()
    .replace(/\s*×\s*/g, "x")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/**
 * `<name>-<10 hex digits>`. `name` must follow from the identity (it is for people); the digits are the
 * hash of the identity. The git commit is not in it, or every commit would void every sweep.
 */
export function runId(name: string, identity: StageIdentity): string {
  const { kind, revision, config, seed, inputs, order } = identity;
  const text = canonicalJson({ kind, revision, config, seed, inputs, order });
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return `${slugify(name)}-${digest}`;
}
