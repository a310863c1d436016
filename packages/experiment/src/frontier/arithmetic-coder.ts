/**
 * Arithmetic coding (Witten, Neal & Cleary 1987, with 32-bit intervals): a symbol of probability p costs
 * -log2 p bits, so a file is as short as the model that predicts it is good. Frequencies are integers that
 * both sides derive from the same numbers; no float decides a bit.
 */
const TOP = 2 ** 32;
const HALF = TOP / 2;
const QUARTER = TOP / 4;

/** Sum of all frequencies: times an interval it stays an exact number, 2^53 at most. */
export const TOTAL = 2 ** 21;

/** Cumulative frequencies of n symbols, n + 1 numbers from 0 to TOTAL, every symbol at least 1. */
export function cumulativeFrequencies(logits: ArrayLike<number>): Float64Array {
  const count = logits.length;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) largest = Math.max(largest, logits[i]!);
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const room = TOTAL - count;
  const cumulative = new Float64Array(count + 1);
  for (let i = 0; i < count; i++)
    cumulative[i + 1] = cumulative[i]! + 1 + Math.floor((room * weights[i]!) / sum);
  // Rounding leaves a few: they go to the last symbol.
  cumulative[count] = TOTAL;
  return cumulative;
}

/** Writes symbols into bytes. */
export class ArithmeticEncoder {
  private low = 0;
  private high = TOP - 1;
  private pending = 0;
  private readonly bytes: number[] = [];
  private byte = 0;
  private bits = 0;

  /** @param symbol index into the distribution */
  encode(symbol: number, cumulative: Float64Array): void {
    const range = this.high - this.low + 1;
    this.high = this.low + Math.floor((range * cumulative[symbol + 1]!) / TOTAL) - 1;
    this.low += Math.floor((range * cumulative[symbol]!) / TOTAL);
    for (;;) {
      if (this.high < HALF) this.emit(0);
      else if (this.low >= HALF) {
        this.emit(1);
        this.low -= HALF;
        this.high -= HALF;
      } else if (this.low >= QUARTER && this.high < HALF + QUARTER) {
        this.pending += 1;
        this.low -= QUARTER;
        this.high -= QUARTER;
      } else return;
      this.low *= 2;
      this.high = 2 * this.high + 1;
    }
  }

  /** The file: whole bytes. */
  finish(): Uint8Array {
    this.pending += 1;
    this.emit(this.low < QUARTER ? 0 : 1);
    while (this.bits > 0) this.push(0);
    return Uint8Array.from(this.bytes);
  }

  private emit(bit: number): void {
    this.push(bit);
    for (; this.pending > 0; this.pending--) this.push(1 - bit);
  }

  private push(bit: number): void {
    this.byte = (this.byte << 1) | bit;
    this.bits += 1;
    if (this.bits < 8) return;
    this.bytes.push(this.byte);
    this.byte = 0;
    this.bits = 0;
  }
}

/** Reads symbols back from bytes, given the same distributions in the same order. */
export class ArithmeticDecoder {
  private low = 0;
  private high = TOP - 1;
  private code = 0;
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 32; i++) this.code = 2 * this.code + this.next();
  }

  decode(cumulative: Float64Array): number {
    const range = this.high - this.low + 1;
    const target = Math.floor(((this.code - this.low + 1) * TOTAL - 1) / range);
    // The symbol whose share holds the target, by halving.
    let [first, last] = [0, cumulative.length - 2];
    while (first < last) {
      const middle = (first + last + 1) >> 1;
      if (cumulative[middle]! <= target) first = middle;
      else last = middle - 1;
    }
    this.high = this.low + Math.floor((range * cumulative[first + 1]!) / TOTAL) - 1;
    this.low += Math.floor((range * cumulative[first]!) / TOTAL);
    for (;;) {
      if (
        this.high >= HALF &&
        this.low < HALF &&
        !(this.low >= QUARTER && this.high < HALF + QUARTER)
      )
        return first;
      const away = this.high < HALF ? 0 : this.low >= HALF ? HALF : QUARTER;
      this.low = 2 * (this.low - away);
      this.high = 2 * (this.high - away) + 1;
      this.code = 2 * (this.code - away) + this.next();
    }
  }

  private next(): number {
    const byte = this.bytes[this.position >> 3] ?? 0;
    const bit = (byte >> (7 - (this.position & 7))) & 1;
    this.position += 1;
    return bit;
  }
}
