import { readFileSync } from "node:fs";
import { decodeSafetensors, type HostTensor } from "@fqgan/tensor";

/** Golden inputs and outputs of a reference implementation: a JSON file and what lies beside it. */
export interface ParityCase {
  /** The first part of its id: `quantizer` of `quantizer/vq_l2`. */
  readonly kind: string;
  /** `quantizer/vq_l2`, or the folder's path for kinds that carry no id. */
  readonly id: string;
  /** The JSON file. */
  readonly file: string;
  /** The folder it lies in. */
  readonly folder: string;
  /** Its contents. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** How a case's programs are run. */
export const engines = ["eager", "compiled"] as const;
export type Engine = (typeof engines)[number];

/** One comparison with a golden value; it holds when error ≤ tolerance. */
export interface Check {
  readonly name: string;
  readonly error: number;
  readonly tolerance: number;
}

/** How cases of one kind are checked. One file in `cases/` and one line in `cases/index.ts`. */
export interface CaseKind {
  /** The kinds of case ids that it takes. */
  readonly kinds: readonly string[];
  /** Engines to use unless asked otherwise: full-size cases run compiled only. */
  readonly engines: readonly Engine[];
  /** Every comparison of one case; throws `NotYet` for what this project does not have yet. */
  check(parityCase: ParityCase, engine: Engine): Promise<Check[]>;
}

/** A case that a later part of the project delivers: reported by name, neither passed nor failed. */
export class NotYet extends Error {}

/** The tensors of a safetensors file. */
export function readTensors(file: string): Record<string, HostTensor> {
  return decodeSafetensors(readFileSync(file), file).tensors;
}
