import { startEngine } from "@fqgan/tensor";
import * as registered from "./cases/index.js";
import { notYet } from "./cases/not-yet.js";
import { type CaseKind, type Check, type Engine, NotYet, type ParityCase } from "./parity-case.js";

const kinds = Object.values(registered) as readonly CaseKind[];

/** What became of one case on one engine. */
export interface Outcome {
  readonly id: string;
  readonly engine?: Engine;
  readonly status: "passed" | "failed" | "not yet";
  /** The comparison nearest to, or farthest beyond, its tolerance; or what went wrong. */
  readonly detail: string;
}

const ratio = ({ error, tolerance }: Check) =>
  tolerance === 0 ? (error === 0 ? 0 : Number.POSITIVE_INFINITY) : error / tolerance;

export function describeWorst(checks: readonly Check[]): string {
  const worst = checks.reduce((a, b) => (ratio(b) > ratio(a) ? b : a));
  const shown = (value: number) => (value === 0 ? "0" : value.toExponential(1));
  return (
    `worst of ${checks.length}: ${worst.name}, ` +
    `error ${shown(worst.error)}, tolerance ${shown(worst.tolerance)}`
  );
}

export const holds = (check: Check) => check.error <= check.tolerance;

/** Checks one case on the engines asked for, or on those that its kind uses by itself. */
export async function checkCase(
  parityCase: ParityCase,
  asked?: readonly Engine[],
): Promise<Outcome[]> {
  const { id, kind: name } = parityCase;
  const kind = kinds.find(({ kinds }) => kinds.includes(name));
  if (!kind)
    return notYet.includes(name)
      ? [{ id, status: "not yet", detail: `cases of kind "${name}" come with a later part` }]
      : [{ id, status: "failed", detail: `unrecognised kind "${name}" in ${parityCase.file}` }];
  const outcomes: Outcome[] = [];
  for (const engine of asked ?? kind.engines) {
    try {
      await startEngine({ engine: engine === "eager" ? "cpu" : "auto" });
      const checks = await kind.check(parityCase, engine);
      const status = checks.length > 0 && checks.every(holds) ? "passed" : "failed";
      outcomes.push({ id, engine, status, detail: describeWorst(checks) });
    } catch (error) {
      const status = error instanceof NotYet ? "not yet" : "failed";
      outcomes.push({ id, engine, status, detail: (error as Error).message });
    }
  }
  return outcomes;
}
