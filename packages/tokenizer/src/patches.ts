import { UserError } from "@fqgan/registry";
import { type Tensor, tf } from "@fqgan/tensor";

/** How many patches of that side an image has on each side; refuses what is left over. */
export function patchesAcross(size: number, patch: number): number {
  if (size % patch === 0) return size / patch;
  throw new UserError(
    `image.size: expected a multiple of the patch of ${patch} pixels, got ${size}; change one`,
  );
}

/** Images [B, H, W, C] → square patches in rows from the top, [B, N, patch²·C]. */
export function toPatches(images: Tensor, patch: number): Tensor {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [rows, columns] = [height / patch, width / patch];
  const cut = tf.reshape(images, [batch, rows, patch, columns, patch * channels]);
  const grouped = tf.transpose(cut, [0, 1, 3, 2, 4]); // [B, rows, columns, patch, patch·C]
  return tf.reshape(grouped, [batch, rows * columns, patch * patch * channels]);
}

/** Square patches [B, rows², patch²·C] → images [B, H, H, C]. */
export function fromPatches(patches: Tensor, patch: number): Tensor {
  const [batch, count, values] = patches.shape as [number, number, number];
  const rows = Math.sqrt(count);
  const channels = values / patch ** 2;
  const grouped = tf.reshape(patches, [batch, rows, rows, patch, patch * channels]);
  const cut = tf.transpose(grouped, [0, 1, 3, 2, 4]); // [B, rows, patch, rows, patch·C]
  return tf.reshape(cut, [batch, rows * patch, rows * patch, channels]);
}
