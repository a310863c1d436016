import { type Scalar, type Tensor, tf } from "@fqgan/tensor";

/** A frozen network that says how different images look, such as LPIPS; part of a training program. */
export interface PerceptualNetwork {
  /** Twice [B, H, W, 3] in [-1, 1] → [B]; differentiable. */
  call(images: Tensor, reconstruction: Tensor): Tensor;
}

/** weight · mean over the batch of the distance of [B, H, W, 3] in [-1, 1]. */
export function perceptualLoss(options: {
  readonly network: PerceptualNetwork;
  readonly images: Tensor;
  readonly reconstruction: Tensor;
  readonly weight: number;
}): Scalar {
  const { network, images, reconstruction, weight } = options;
  return tf.mul(weight, tf.mean(network.call(images, reconstruction)));
}
