import { basename } from "node:path";
import {
  loadRunTokenizer,
  readRunConfig,
  readTokenRecord,
  type TokenRecord,
} from "@fqgan/experiment";
import { encodePng, toUint8, unpackImages } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import {
  compile,
  type HostTensor,
  hostTensor,
  type Tensor,
  type Tensor1D,
  tf,
} from "@fqgan/tensor";
import { factorOf, type Tokenizer } from "@fqgan/tokenizer";
import type { TokensView } from "./api-types.js";

const rowsOf = ({ data, shape }: HostTensor): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) =>
    Array.from(data.subarray(row * shape[1]!, (row + 1) * shape[1]!)),
  );

function requireRecord(folder: string): TokenRecord {
  const record = readTokenRecord(folder);
  if (!record)
    throw new UserError(
      `${basename(folder)}: no codes were written down; a tokenizer does so when it is finished`,
    );
  return record;
}

export function viewTokens(folder: string): TokensView {
  const { codebooks, codes, names, labels, means, meanLabels, ...rest } = requireRecord(folder);
  return {
    run: basename(folder),
    label: readRunConfig(folder).label,
    classes: rest.classes,
    size: rest.size,
    factors: rest.factors,
    images: names.map((name, i) => ({ name, label: labels[i]! })),
    codebooks: codebooks.map((codebook) => ({ ...codebook, codes: rowsOf(codes[codebook.name]!) })),
    latents: Object.fromEntries(Object.entries(means).map(([name, rows]) => [name, rowsOf(rows)])),
    latentLabels: Array.from(meanLabels),
  };
}

type Decode = (
  codes: Record<string, HostTensor>,
  keep: Record<string, HostTensor>,
) => Promise<HostTensor>;

/** Draws codes with the tokenizers of finished runs. Keeps the tokenizer that was used last. */
export class CodeDecoder {
  private current?: { folder: string; record: TokenRecord; tokenizer: Tokenizer; decode: Decode };
  private queue: Promise<unknown> = Promise.resolve();

  /**
   * PNG of what a tokenizer draws when each factor's codes come from an image of its own.
   * @param sources position of an image of the record by factor; a factor that is left out is drawn as zeros
   */
  draw(folder: string, sources: Readonly<Record<string, number>>): Promise<Uint8Array> {
    const drawn = this.queue.then(() => this.drawNow(folder, sources));
    this.queue = drawn.catch(() => undefined);
    return drawn;
  }

  private async drawNow(folder: string, sources: Readonly<Record<string, number>>) {
    const { record, decode } = await this.open(folder);
    for (const [factor, image] of Object.entries(sources))
      if (!record.factors.includes(factor) || !(image >= 0 && image < record.names.length))
        throw new UserError(
          `${factor}=${image}: expected one of ${record.factors.join(", ")} and an image below ${record.names.length}`,
        );
    const codes = Object.fromEntries(
      record.codebooks.map(({ name }) => {
        const factor = factorOf(name, record.factors) ?? name;
        const { data, shape } = record.codes[name]!;
        const image = sources[factor] ?? 0;
        const row = (data as Int32Array).slice(image * shape[1]!, (image + 1) * shape[1]!);
        return [name, hostTensor(row, [1, shape[1]!])];
      }),
    );
    const keep = Object.fromEntries(
      record.factors.map((factor) => [
        factor,
        hostTensor(Float32Array.of(sources[factor] === undefined ? 0 : 1), [1]),
      ]),
    );
    const { data } = await decode(codes, keep);
    return encodePng(unpackImages(toUint8(data as Float32Array), record.size)[0]!);
  }

  private async open(folder: string) {
    if (this.current?.folder === folder) return this.current;
    const record = requireRecord(folder);
    this.current?.tokenizer.dispose();
    const tokenizer = await loadRunTokenizer(folder);
    this.current = { folder, record, tokenizer, decode: decoder(tokenizer) };
    return this.current;
  }
}

function decoder(tokenizer: Tokenizer): Decode {
  const program = compile(
    ({ codes, keep }: { codes: Record<string, Tensor>; keep: Record<string, Tensor> }) => {
      const flat = Object.entries(codes).map(([name, rows]) => [name, tf.reshape(rows, [-1])]); // [N]
      const vectors = tokenizer.quantization.lookup(
        Object.fromEntries(flat) as Record<string, Tensor1D>,
      );
      const maps = Object.entries(vectors).map(([factor, rows]) => [
        factor,
        tf.mul(tf.reshape(rows, [1, ...tokenizer.grid, rows.shape[1]]), keep[factor]!), // [1, h, w, D]
      ]);
      return tf.clipByValue(tokenizer.decodeQuantized(Object.fromEntries(maps)), -1, 1);
    },
    { name: "dashboard.decode" },
  );
  return (codes, keep) => program({ codes, keep });
}
