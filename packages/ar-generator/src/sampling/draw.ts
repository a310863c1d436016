/**
 * The mathematics of drawing a code from logits, one row at a time, in float64. Plain loops, since a
 * row has as many entries as the vocabulary and is drawn from at every position.
 */

/** Classifier-free guidance (Ho & Salimans, arXiv 2207.12598): null + scale·(conditional - null). */
export function guide(
  conditional: ArrayLike<number>,
  unconditional: ArrayLike<number>,
  scale: number,
): Float64Array {
  const guided = new Float64Array(conditional.length);
  for (let i = 0; i < guided.length; i++) {
    const value = conditional[i]!;
    const base = unconditional[i]!;
    guided[i] = scale === 1 ? value : base + scale * (value - base);
  }
  return guided;
}

/** Keeps the `count` largest logits and all that tie with the last of them; the rest become -∞. */
export function keepTopK(logits: Float64Array, count: number): Float64Array {
  if (count >= logits.length) return logits;
  const threshold = logits.slice().sort()[logits.length - count]!;
  return logits.map((value) => (value < threshold ? Number.NEGATIVE_INFINITY : value));
}

/**
 * Nucleus sampling (Holtzman et al., arXiv 1904.09751): from the most likely code down, keeps each whose
 * predecessors' probabilities sum to at most `mass`; so the first is always kept.
 */
export function keepTopP(logits: Float64Array, mass: number): Float64Array {
  if (mass >= 1) return logits;
  const probabilities = softmax(logits);
  const order = Uint32Array.from(logits, (_, i) => i).sort(
    (a, b) => probabilities[b]! - probabilities[a]!,
  );
  const kept = new Float64Array(logits.length).fill(Number.NEGATIVE_INFINITY);
  let before = 0;
  for (const code of order) {
    if (before > mass) break;
    kept[code] = logits[code]!;
    before += probabilities[code]!;
  }
  return kept;
}

/** exp(x) / Σ exp(x) in float64; logits of -∞ get exactly 0. */
export function softmax(logits: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!);
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    weights[i] = Math.exp(logits[i]! - largest);
    total += weights[i]!;
  }
  for (let i = 0; i < logits.length; i++) weights[i]! /= total;
  return weights;
}

/** The index of the largest value, the lowest on ties. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The first code whose cumulative probability exceeds `draw` in [0, 1) of the total. */
export function inverseCdf(probabilities: Float64Array, draw: number): number {
  let total = 0;
  for (let code = 0; code < probabilities.length; code++) total += probabilities[code]!;
  let cumulative = 0;
  let last = 0;
  for (let code = 0; code < probabilities.length; code++) {
    if (probabilities[code]! > 0) last = code;
    cumulative += probabilities[code]!;
    if (cumulative > draw * total) return code;
  }
  return last;
}

/** How codes of one codebook are drawn. */
export interface Draw {
  /** Divides the logits; 0 takes the most likely code. */
  readonly temperature: number;
  /** How many codes to draw from. */
  readonly topK: number;
  /** Probability mass to draw from. */
  readonly topP: number;
}

/** Probabilities after temperature, top-k and top-p, in this order. */
export function shape(logits: Float64Array, { temperature, topK, topP }: Draw): Float64Array {
  const cooled = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) cooled[i] = logits[i]! / temperature;
  return softmax(keepTopP(keepTopK(cooled, topK), topP));
}

/** One code; `draw` is uniform in [0, 1). */
export function sample(logits: Float64Array, how: Draw, draw: number): number {
  return how.temperature === 0 ? argMax(logits) : inverseCdf(shape(logits, how), draw);
}
