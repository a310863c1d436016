import { createHash } from "node:crypto";
import type { Tensor, Tree } from "@fqgan/tensor";
import {
  type Outlined,
  type StorageName,
  type Symbols,
  type ToOnnxOptions,
  toOnnx,
} from "@fqgan/tensor/onnx";
import type { ExportedFile, Manifest } from "../manifest.js";

/** A model as files, and what `fqgan.json` beside them says. */
export interface Exported {
  readonly manifest: Manifest;
  /** By name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What an export says of itself, and how weights are stored. */
export interface ExportOptions {
  /** What it is made of, for people: a preset, a run, a file. */
  readonly preset: string;
  /** How weights are stored: `float32` by default, `float16` takes half the place, `int8` a quarter. */
  readonly precision?: StorageName;
}

/** Facts that every file carries, so that one alone still says what it is. */
interface Facts {
  readonly preset: string;
  /** Hash of the tokenizer that codes belong to. */
  readonly tokenizer: string;
  readonly codebooks: Readonly<Record<string, unknown>>;
}

interface Part<I extends Tree<Outlined>> extends Pick<ToOnnxOptions, "state" | "precision"> {
  readonly program: (inputs: Symbols<I>) => Tree<Tensor>;
  readonly inputs: I;
}

/** Programs as files. */
export class ExportedFiles {
  readonly files = new Map<string, Uint8Array>();
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Adds a program's file. @returns what the manifest says of it */
  add<I extends Tree<Outlined>>(name: string, part: Part<I>): ExportedFile {
    const { program, inputs, precision = "float32", ...options } = part;
    const { preset, tokenizer, codebooks } = this.#facts;
    const metadata = {
      "fqgan.format": "1",
      "fqgan.part": name,
      "fqgan.preset": preset,
      "fqgan.tokenizer": tokenizer,
      "fqgan.codebooks": JSON.stringify(codebooks),
      "fqgan.normalisation": "[-1, 1], channels last",
      "fqgan.precision": precision,
    };
    const { bytes } = toOnnx(program, inputs, { ...options, name, precision, metadata });
    const file = `${name}.onnx`;
    this.files.set(file, bytes);
    return { file, bytes: bytes.length, sha256: sha256(bytes) };
  }
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

export const floats = (...shape: number[]): Outlined => ({ dtype: "float32", shape });
export const integers = (...shape: number[]): Outlined => ({ dtype: "int32", shape });

export const mapRecord = <A, B>(
  record: Readonly<Record<string, A>>,
  f: (value: A, name: string) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
