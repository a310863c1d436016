import { type HostTensor, hostTensor } from "@fqgan/tensor";

/** The references' [B, C, H, W] (or [B, N, C]) as rows of positions [B·H·W, C]. */
export function toRows(golden: HostTensor): HostTensor {
  const { shape, data } = golden;
  if (shape.length !== 4) return hostTensor(data, [data.length / shape.at(-1)!, shape.at(-1)!]);
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const positions = height * width;
  const rows = new Float32Array(data.length);
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++)
        rows[(b * positions + p) * channels + c] = data[(b * channels + c) * positions + p]!;
  return hostTensor(rows, [batch * positions, channels]);
}

/** A matrix [R, C] as [C, R]: PyTorch keeps linear weights as [outputs, inputs]. */
export function transposed({ shape, data }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const values = Float32Array.from(
    data,
    (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!,
  );
  return hostTensor(values, [columns, rows]);
}

/** One column of [N, depth] indices. */
export function column(golden: HostTensor, index: number, depth: number): HostTensor {
  const count = golden.data.length / depth;
  return hostTensor(Int32Array.from({ length: count }, (_, n) => golden.data[n * depth + index]!));
}
