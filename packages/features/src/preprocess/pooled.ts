import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";

/**
 * A network's output as one row an image, [B, D]: rows stay, of tokens [B, T, D] the first is taken, and
 * of a map [B, D, h, w] the mean over its places.
 */
export function pooled(output: HostTensor, where: string): HostTensor {
  const { shape } = output;
  const data = output.data as Float32Array;
  const [batch, second, third] = shape as [number, number, number];
  if (shape.length === 2) return output;
  if (shape.length === 3) {
    const rows = new Float32Array(batch * third);
    for (let row = 0; row < batch; row++) {
      const start = row * second * third;
      rows.set(data.subarray(start, start + third), row * third);
    }
    return hostTensor(rows, [batch, third]);
  }
  if (shape.length !== 4)
    throw new UserError(
      `${where}: expected an output [B, D], [B, T, D] or [B, D, h, w], got [${shape}]; choose another`,
    );
  const places = data.length / (batch * second);
  const rows = Float32Array.from({ length: batch * second }, (_, i) => {
    const plane = data.subarray(i * places, (i + 1) * places);
    return plane.reduce((sum, value) => sum + value, 0) / places;
  });
  return hostTensor(rows, [batch, second]);
}
