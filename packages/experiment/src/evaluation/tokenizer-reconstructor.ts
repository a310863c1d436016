import type { Image } from "@fqgan/image";
import { CodePerturber, defaultNeighbours, firstRows } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { type AuditedTokenizer, type CodesOf, toBatch, toImages } from "./audited-tokenizer.js";
import type { Reconstructor } from "./evaluate-images.js";

/** pFID's parameters; see `CodePerturber`. */
export interface PerturbationOptions {
  readonly rate: number;
  /** Default: in proportion to the smallest codebook. */
  readonly neighbours?: number | undefined;
  readonly seed: number;
}

export interface TimedReconstructor extends Reconstructor {
  /** Milliseconds and images so far, without the first batch, in which programs are made. */
  readonly timing: { encodeMs: number; decodeMs: number; images: number };
  /** What the codes go through before they are decoded. */
  readonly perturbation?: {
    readonly rate: number;
    readonly neighbours: number;
    readonly seed: number;
  };
}

/**
 * A tokenizer in batches of one shape.
 * @param perturb changes the codes before they are decoded
 */
export async function tokenizerReconstructor(
  tokenizer: AuditedTokenizer,
  options: { readonly batchSize: number; readonly perturb?: PerturbationOptions | undefined },
): Promise<TimedReconstructor> {
  const { batchSize, perturb } = options;
  const perturber = perturb && (await openPerturber(tokenizer, perturb));
  const timing = { encodeMs: 0, decodeMs: 0, images: 0 };
  let isWarm = false;

  /** At most `batchSize` images; the rest of the batch repeats the first. */
  const batch = async (images: readonly Image[], first: number): Promise<Part> => {
    const count = images.length;
    const padded = Array.from({ length: batchSize }, (_, i): Image => images[i] ?? images[0]!);
    const input = toBatch(padded, tokenizer.size);
    const start = performance.now();
    const codes = await tokenizer.encode(input);
    const encoded = performance.now();
    const kept = Object.fromEntries(
      Object.entries(codes).map(([name, rows]) => [name, firstRows(rows, count)]),
    );
    const changed: CodesOf = perturber ? perturber.codes.perturb(codes, first) : codes;
    const ready = performance.now();
    const decoded = await tokenizer.decode(changed);
    if (isWarm) {
      timing.encodeMs += encoded - start;
      timing.decodeMs += performance.now() - ready;
      timing.images += batchSize;
    }
    isWarm = true;
    return { images: toImages(decoded).slice(0, count), codes: kept };
  };

  return {
    identity: [tokenizer.hash, perturber?.options ?? null],
    codebooks: tokenizer.codebooks,
    timing,
    ...(perturber && { perturbation: perturber.options }),
    async reconstruct(images, first) {
      const parts: Part[] = [];
      for (let from = 0; from < images.length; from += batchSize)
        parts.push(await batch(images.slice(from, from + batchSize), first + from));
      return {
        images: parts.flatMap((part) => part.images),
        codes: Object.fromEntries(
          Object.keys(tokenizer.codebooks).map((name) => [
            name,
            joinRows(parts.map((part) => part.codes[name]!)),
          ]),
        ),
      };
    },
  };
}

interface Part {
  readonly images: readonly Image[];
  readonly codes: CodesOf;
}

/** [B₁, N], [B₂, N], … → [B₁ + B₂ + …, N] */
function joinRows(parts: readonly HostTensor[]): HostTensor {
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const length = parts[0]!.shape[1]!;
  const data = new Int32Array(rows * length);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return hostTensor(data, [rows, length]);
}

async function openPerturber(
  tokenizer: AuditedTokenizer,
  { rate, neighbours, seed }: PerturbationOptions,
) {
  const vectors = await tokenizer.vectors?.();
  if (!vectors)
    throw new UserError(
      `${tokenizer.name}: expected a tokenizer whose code vectors can be read, got ONNX files; ` +
        "leave pFID out",
    );
  const smallest = Math.min(...Object.values(vectors).map(({ rows }) => rows));
  const options = { rate, neighbours: neighbours ?? defaultNeighbours(smallest), seed };
  return { codes: new CodePerturber(vectors, options), options };
}
