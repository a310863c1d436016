/** The fixtures' rule for weights that need no file: a hash of each tensor's name and index. */
import { type HostTensor, hostTensor } from "@fqgan/tensor";

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** `count` values in [-1, 1), exact in float32. */
export function hashUniform(name: string, count: number): Float32Array {
  const start = fnv1a(name);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (start + Math.imul(i, 0x9e3779b9)) >>> 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b);
    x ^= x >>> 16;
    values[i] = ((x >>> 8) - 2 ** 23) / 2 ** 23;
  }
  return values;
}

/** What is added to a filled weight and what scales its hash; the first rule that matches. */
function rule(name: string, shape: readonly number[]): readonly [add: number, scale: number] {
  const ends = (...suffixes: string[]) => suffixes.some((suffix) => name.endsWith(suffix));
  if (ends("codebook_used")) return [0, 0];
  if (ends("running_mean")) return [0, 0.1];
  if (ends("running_var")) return [1, 0.1];
  if (shape.length <= 1) return ends("weight") ? [1, 0.1] : [0, 0.05];
  if (ends("embedding.weight", "embedding_table.weight") || name.includes("tok_embeddings"))
    return [0, 1];
  if (ends("positional_embedding", "class_embedding")) return [0, 0.5];
  const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
  return [0, Math.sqrt(3 / fanIn)];
}

/** A weight under its PyTorch name and shape. */
export function filledWeight(name: string, shape: readonly number[]): HostTensor {
  const values = hashUniform(
    name,
    shape.reduce((product, side) => product * side, 1),
  );
  const [add, scale] = rule(name, shape);
  const rounded = Math.fround(scale);
  for (let i = 0; i < values.length; i++) {
    const scaled = Math.fround(values[i]! * rounded);
    values[i] = add === 0 ? scaled : add + scaled;
  }
  return hostTensor(values, shape);
}
