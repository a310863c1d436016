import type { HostTensor } from "../host-tensor.js";

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The half-precision float nearest to a value, ties to even; beyond 65504 infinity. */
export function floatToHalf(value: number): number {
  single[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to infinity
  if (magnitude < 0x38800000) return sign | roundHalfEven(Math.abs(single[0]!) * 2 ** 24); // subnormal
  // The exponent is rebiased; the rounded fraction may carry into it, which is right.
  return sign | roundHalfEven((magnitude - 0x38000000) / 2 ** 13);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * Little-endian values of a stored type, named as safetensors does; undefined for a type not known.
 * F16, BF16 and F64 become float32; I8, I16 and I64 int32 (values beyond it wrap).
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
    case "I8":
      return Int32Array.from(new Int8Array(raw));
    case "I16":
      return Int32Array.from(new Int16Array(raw));
    case "I64":
      return Int32Array.from(new BigInt64Array(raw), Number);
    case "U8":
    case "BOOL":
      return new Uint8Array(raw);
    default:
      return undefined;
  }
}
