import { type Tensor, tf } from "@fqgan/tensor";

/** Patches [B, h, w, C] after a class token [C], with positions [1 + h·w, C] added: [B, 1 + h·w, C]. */
export function tokensOf(
  patches: Tensor,
  { classToken, positions }: { readonly classToken: Tensor; readonly positions: Tensor },
): Tensor {
  const [batch, height, width, channels] = patches.shape as [number, number, number, number];
  const first = tf.broadcastTo(tf.reshape(classToken, [1, 1, channels]), [batch, 1, channels]);
  const rest = tf.reshape(patches, [batch, height * width, channels]);
  return tf.add(tf.concat([first, rest], 1), positions);
}

/** The first token of each image: [B, T, C] → [B, C] */
export function classTokenOf(tokens: Tensor): Tensor {
  const [batch, , channels] = tokens.shape as [number, number, number];
  return tf.reshape(tf.slice(tokens, [0, 0, 0], [batch, 1, channels]), [batch, channels]);
}

/** The others: [B, 1 + N, C] → [B, N, C] */
export const patchTokensOf = (tokens: Tensor): Tensor => tf.slice(tokens, [0, 1, 0], [-1, -1, -1]);

/** How many blocks weights hold, by the numbers in their names. */
export function depthOf(names: readonly string[], prefix: string): number {
  const numbers = names.flatMap((name) =>
    name.startsWith(prefix) ? [Number.parseInt(name.slice(prefix.length), 10) + 1] : [],
  );
  return Math.max(0, ...numbers);
}
