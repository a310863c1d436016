import { UserError } from "@fqgan/registry";
import { decodeSafetensors, encodeSafetensors, type HostTensor, hostTensor } from "@fqgan/tensor";
import { z } from "zod";

/** `codes.safetensors` of a codes run: a data set as a tokenizer writes it (docs/run-folder.md). */
export const CODES_FORMAT = 1;

export interface CodesSplit {
  /** int32 [count, N] for each codebook, in decoder channel order */
  readonly codes: Readonly<Record<string, HostTensor>>;
  /** int32 [count] */
  readonly labels: HostTensor;
}

export interface CodesFile {
  /** Size of each codebook, in decoder channel order. */
  readonly vocabularies: Readonly<Record<string, number>>;
  /** [rows, columns] */
  readonly grid: readonly [number, number];
  /** Names of the classes that labels index into. */
  readonly classes: readonly string[];
  /** Hash of the tokenizer that wrote them. */
  readonly tokenizerHash: string;
  readonly splits: Readonly<Record<string, CodesSplit>>;
}

const headerSchema = z.object({
  vocabularies: z.record(z.string(), z.int().positive()),
  grid: z.tuple([z.int().positive(), z.int().positive()]),
  classes: z.array(z.string()),
  tokenizerHash: z.string(),
});

export function encodeCodes({ splits, ...header }: CodesFile): Uint8Array {
  const tensors: Record<string, HostTensor> = {};
  for (const [split, { codes, labels }] of Object.entries(splits)) {
    tensors[`${split}.labels`] = labels;
    for (const [name, rows] of Object.entries(codes)) tensors[`${split}.codes.${name}`] = rows;
  }
  const metadata = {
    format: "fqgan-codes",
    version: String(CODES_FORMAT),
    header: JSON.stringify(header),
  };
  return encodeSafetensors({ tensors, metadata });
}

/** @param where names the file in errors */
export function decodeCodes(bytes: Uint8Array, where: string): CodesFile {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  if (metadata.format !== "fqgan-codes" || metadata.version !== String(CODES_FORMAT))
    throw new UserError(
      `${where}: expected codes (fqgan-codes, version ${CODES_FORMAT}), got ` +
        `${metadata.format ?? "another file"} ${metadata.version ?? ""}; give a codes run`,
    );
  const header = headerSchema.parse(JSON.parse(metadata.header ?? "{}"));
  const names = Object.keys(tensors).filter((name) => name.endsWith(".labels"));
  const splits = names.map((labels) => {
    const split = labels.slice(0, -".labels".length);
    const codes = Object.keys(header.vocabularies).map((name) => {
      const rows = tensors[`${split}.codes.${name}`];
      if (!rows) throw new UserError(`${where}: split ${split} has no codes of ${name}`);
      return [name, rows] as const;
    });
    return [split, { codes: Object.fromEntries(codes), labels: tensors[labels]! }] as const;
  });
  return { ...header, splits: Object.fromEntries(splits) };
}

/** Rows `indices` of codes and labels, as a batch. */
export function codesBatch(split: CodesSplit, indices: ArrayLike<number>) {
  const codes = Object.entries(split.codes).map(([name, { data, shape }]) => {
    const length = shape[1]!;
    const rows = new Int32Array(indices.length * length);
    for (let i = 0; i < indices.length; i++)
      rows.set(data.subarray(indices[i]! * length, (indices[i]! + 1) * length), i * length);
    return [name, hostTensor(rows, [indices.length, length])] as const;
  });
  const labels = Int32Array.from(indices, (index) => split.labels.data[index]!);
  return { codes: Object.fromEntries(codes), labels: hostTensor(labels, [indices.length]) };
}
