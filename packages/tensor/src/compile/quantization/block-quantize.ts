/**
 * Round-to-nearest weight quantization by blocks: each run of `block` weights of an output has one scale,
 * w ≈ scale·(q - 2^(bits - 1)). Symmetric: the weight of largest magnitude becomes the end of the
 * range that has one number more, so all of the range is used.
 */
import type { BlockFormat } from "./precision.js";

/** A matrix [inputs, outputs] in few bits, laid out as ONNX Runtime's MatMulNBits reads it. */
export interface QuantizedMatrix extends BlockFormat {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, blocks, block·bits/8]; of two numbers in a byte the first is the lower half. */
  readonly values: Uint8Array;
  /** [outputs, blocks] */
  readonly scales: Float32Array;
}

/** Columns gathered at once: as many as lie in a line of the processor's cache. */
const TILE = 16;

const blocksOf = (inputs: number, block: number) => Math.ceil(inputs / block);

/** @param weights row-major [inputs, outputs] */
export function quantizeMatrix(
  weights: Float32Array,
  shape: readonly [inputs: number, outputs: number],
  { bits, block }: BlockFormat,
): QuantizedMatrix {
  const [inputs, outputs] = shape;
  const blocks = blocksOf(inputs, block);
  const bytes = (block * bits) / 8;
  const values = new Uint8Array(outputs * blocks * bytes);
  const scales = new Float32Array(outputs * blocks);
  const middle = 2 ** (bits - 1);
  const padded = blocks * block;
  const columns = new Float32Array(TILE * padded);
  for (let output = 0; output < outputs; output++) {
    if (output % TILE === 0)
      for (let i = 0; i < inputs; i++)
        for (let next = output; next < Math.min(output + TILE, outputs); next++)
          columns[(next - output) * padded + i] = weights[i * outputs + next]!;
    const column = columns.subarray((output % TILE) * padded, ((output % TILE) + 1) * padded);
    for (let b = 0; b < blocks; b++) {
      let extreme = 0;
      for (let i = b * block; i < (b + 1) * block; i++)
        if (Math.abs(column[i]!) > Math.abs(extreme)) extreme = column[i]!;
      const scale = extreme === 0 ? 0 : Math.fround(extreme / -middle);
      scales[output * blocks + b] = scale;
      const start = (output * blocks + b) * bytes;
      const steps = scale === 0 ? 0 : 1 / scale;
      for (let i = 0; i < block; i++) {
        // Rounded, and above 0, since no weight is further from 0 than the extreme.
        const q = Math.min(2 * middle - 1, (column[b * block + i]! * steps + middle + 0.5) | 0);
        if (bits === 8) values[start + i] = q;
        else values[start + (i >> 1)]! |= i % 2 === 0 ? q : q << 4;
      }
    }
  }
  return { bits, block, inputs, outputs, values, scales };
}

/** The weights that a quantized matrix stands for, row-major [inputs, outputs]. */
export function dequantizeMatrix(matrix: QuantizedMatrix): Float32Array {
  const { bits, block, inputs, outputs, values, scales } = matrix;
  const blocks = blocksOf(inputs, block);
  const bytes = (block * bits) / 8;
  const middle = 2 ** (bits - 1);
  const weights = new Float32Array(inputs * outputs);
  for (let output = 0; output < outputs; output++)
    for (let i = 0; i < inputs; i++) {
      const b = output * blocks + Math.floor(i / block);
      const within = i % block;
      const byte = values[b * bytes + (bits === 8 ? within : within >> 1)]!;
      const q = bits === 8 ? byte : within % 2 === 0 ? byte & 15 : byte >> 4;
      weights[i * outputs + output] = scales[b]! * (q - middle);
    }
  return weights;
}
