import { compile, type HostTensor, hostTensor, type Key, type Tensor, tf } from "@fqgan/tensor";
import { mapRecord } from "./map-record.js";
import type { Tokenizer } from "./tokenizer.js";

/** What images become before they are quantized: [N, D] for each factor, positions row by row. */
export async function encodeLatents(
  tokenizer: Tokenizer,
  batches: AsyncIterable<HostTensor>,
): Promise<Record<string, HostTensor>> {
  const program = compile<HostTensor, Record<string, Tensor>>(
    (images: Tensor) =>
      mapRecord(tokenizer.encodeLatents(images), (map) => tf.reshape(map, [-1, map.shape[3]!])),
    { name: "tokenizer.latents" },
  );
  const parts: Record<string, HostTensor>[] = [];
  try {
    for await (const images of batches) parts.push(await program(images));
  } finally {
    program.dispose();
  }
  return mapRecord(parts[0] ?? {}, (_, name) => joinRows(parts.map((part) => part[name]!)));
}

/** Matrices of one width below one another. */
function joinRows(parts: readonly HostTensor[]): HostTensor {
  const width = parts[0]!.shape[1]!;
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const values = new Float32Array(rows * width);
  let place = 0;
  for (const { data } of parts) {
    values.set(data as Float32Array, place);
    place += data.length;
  }
  return hostTensor(values, [rows, width]);
}

/** Starts codebooks at the data: k-means on the latents of these images, for each that can be set. */
export async function seedCodebooks(
  tokenizer: Tokenizer,
  batches: AsyncIterable<HostTensor>,
  options: { readonly iterations?: number; readonly key: Key },
): Promise<void> {
  await tokenizer.quantization.seed(await encodeLatents(tokenizer, batches), options);
}
