/**
 * Factorized Visual Tokenization and Generation, https://arxiv.org/abs/2411.16681: sub-codebooks are
 * kept from saying the same thing by pushing their code vectors for one position to be orthogonal.
 */
import { UserError } from "@fqgan/registry";
import { type Scalar, type Tensor2D, tf } from "@fqgan/tensor";
import { normalizeRows } from "../normalize.js";

/** weight · mean over pairs of factors of mean over N of cos²: factors is a record of [N, D]. */
export function disentanglementLoss(
  factors: Readonly<Record<string, Tensor2D>>,
  weight: number,
): Scalar {
  const named = Object.entries(factors).map(([name, x]) => ({ name, rows: normalizeRows(x) }));
  const pairs = named.flatMap((a, i) => named.slice(i + 1).map((b) => [a, b] as const));
  const terms = pairs.map(([a, b]) => {
    if (a.rows.shape[1] !== b.rows.shape[1])
      throw new UserError(
        `disentanglement: expected factors of one length, got ${a.name} [N, ${a.rows.shape[1]}] and ` +
          `${b.name} [N, ${b.rows.shape[1]}]; give them the same dimensions, or set its weight to 0`,
      );
    const cosines = tf.sum(tf.mul(a.rows, b.rows), 1); // [N]
    return tf.mean(tf.square(cosines));
  });
  return tf.mul(tf.div(tf.addN(terms), terms.length), weight);
}
