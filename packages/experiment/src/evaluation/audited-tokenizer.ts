/** What an audit asks of a tokenizer, and our own as one. */
import { centreCrop, type Image, toSignedUnit, toUint8, unpackImages } from "@fqgan/image";
import type { FeatureRows } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import {
  compile,
  type HostTensor,
  hostTensor,
  type Tensor,
  type Tensor1D,
  tf,
} from "@fqgan/tensor";
import { type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import type { TeachingNetwork } from "../stages/networks-that-taught.js";

export type CodesOf = Readonly<Record<string, HostTensor>>;

/** Any tokenizer that a card can be made of: ours, or a pair of ONNX files. */
export interface AuditedTokenizer {
  /** What a reader calls it. */
  readonly name: string;
  /** Beginning of the SHA-256 of its weights. */
  readonly hash: string;
  /** Side of its images. */
  readonly size: number;
  /** Sizes of its codebooks, in their order. */
  readonly codebooks: Readonly<Record<string, number>>;
  /** Bytes of its weights. */
  readonly bytes: number;
  /** Numbers among its weights, where that can be told. */
  readonly parameters?: number;
  /** Networks that it learned from, where that is known. */
  readonly taught?: readonly TeachingNetwork[];
  /** [B, S, S, 3] in [-1, 1] → int32 [B, N] of each codebook */
  encode(images: HostTensor): Promise<CodesOf>;
  /** → [B, S, S, 3] in [-1, 1] */
  decode(codes: CodesOf): Promise<HostTensor>;
  /** Code vectors [K, D] of each codebook, where they can be told: for pFID. */
  vectors?(): Promise<Readonly<Record<string, FeatureRows>>>;
  dispose(): void;
}

/** A tokenizer of ours, or a published one that was imported. */
export async function auditedTokenizer(
  tokenizer: Tokenizer,
  name: string,
  taught: readonly TeachingNetwork[] = [],
): Promise<AuditedTokenizer> {
  if (!tokenizer.hasCodes)
    throw new UserError(
      `${name}: expected a tokenizer with codebooks, got one with continuous latents, which has no codes ` +
        "to audit",
    );
  const sizes = Object.entries(tokenizer.codebooks).map(([book, { size }]) => [book, size]);
  const variables = [...tokenizer.namedVariables().values()];
  const parameters = variables.reduce((sum, { size }) => sum + size, 0);
  return {
    name,
    hash: (await tokenizerHash(tokenizer)).slice(0, 16),
    size: tokenizer.config.image.size,
    codebooks: Object.fromEntries(sizes),
    bytes: 4 * parameters,
    parameters,
    taught,
    encode: (images) => tokenizer.encode(images),
    decode: (codes) => tokenizer.decode(codes),
    vectors: () => codeVectors(tokenizer),
    dispose: () => tokenizer.dispose(),
  };
}

/**
 * Vectors of each codebook as the decoder sees them. The other codebooks stay at code 0, so sums over
 * levels are shifted by a constant and distances between codes are what they are.
 */
async function codeVectors(tokenizer: Tokenizer): Promise<Record<string, FeatureRows>> {
  const names = Object.keys(tokenizer.codebooks);
  const vectors: Record<string, FeatureRows> = {};
  for (const [name, { size }] of Object.entries(tokenizer.codebooks)) {
    const program = compile<CodesOf, { rows: Tensor }>(
      (indices) => {
        const found = tokenizer.quantization.lookup(indices as Record<string, Tensor1D>);
        return { rows: tf.concat(Object.values(found), -1) }; // [K, ΣD]
      },
      { name: `code vectors of ${name}` },
    );
    const { rows } = await program(
      Object.fromEntries(
        names.map((other) => [
          other,
          hostTensor(
            Int32Array.from({ length: size }, (_, i) => (other === name ? i : 0)),
            [size],
          ),
        ]),
      ),
    );
    program.dispose();
    vectors[name] = { rows: size, columns: rows.shape[1]!, data: rows.data as Float32Array };
  }
  return vectors;
}

/** Images as the tokenizer takes them: ADM's centre crop, [B, S, S, 3] in [-1, 1]. */
export function toBatch(images: readonly Image[], size: number): HostTensor {
  const pixels = new Uint8Array(images.length * size * size * 3);
  images.forEach((image, i) => {
    pixels.set(centreCrop(image, size).data, i * size * size * 3);
  });
  return hostTensor(toSignedUnit(pixels), [images.length, size, size, 3]);
}

/** What a saved picture of the reconstruction holds. */
export function toImages({ data, shape }: HostTensor): Image[] {
  return unpackImages(toUint8(data as Float32Array), shape[1]!);
}
