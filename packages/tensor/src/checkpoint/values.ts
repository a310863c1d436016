import type { HostTensor } from "../host-tensor.js";

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Little-endian values of a stored type, named as safetensors does; undefined for a type not known.
 * F16, BF16 and F64 become float32, I64 becomes int32 (values beyond it wrap).
 */
export function readValues(dtype: string, raw: ArrayBuffer): HostTensor["data"] | undefined {
  switch (dtype) {
    case "F32":
      return new Float32Array(raw);
    case "F64":
      return Float32Array.from(new Float64Array(raw));
    case "F16":
      return Float32Array.from(new Uint16Array(raw), halfToFloat);
    case "BF16": {
      const words = Uint32Array.from(new Uint16Array(raw), (word) => word << 16);
      return new Float32Array(words.buffer);
    }
    case "I32":
      return new Int32Array(raw);
    case "I64":
      return Int32Array.from(new BigInt64Array(raw), Number);
    case "U8":
    case "BOOL":
      return new Uint8Array(raw);
    default:
      return undefined;
  }
}
