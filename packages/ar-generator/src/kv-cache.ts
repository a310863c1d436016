import { nn } from "@fqgan/tensor";

/**
 * Keys and values of the positions already seen, for every layer. A decoding step reads those up to its
 * position and writes one row where it lies. Rows of positions not yet written need no clearing: nobody
 * reads them.
 */
export class KvCache extends nn.Module {
  /** [B, heads, positions, D] each */
  readonly layers: readonly nn.AttentionCache[];

  constructor(shape: {
    layers: number;
    rows: number;
    heads: number;
    positions: number;
    depth: number;
  }) {
    super();
    const sides = [shape.rows, shape.heads, shape.positions, shape.depth];
    const size = sides.reduce((product, side) => product * side, 1);
    const empty = () => nn.buffer(new Float32Array(size), sides);
    this.layers = Array.from({ length: shape.layers }, () => ({ keys: empty(), values: empty() }));
  }
}
