import { type Scalar, type Tensor2D, tf } from "@fqgan/tensor";
import { stopGradient } from "../straight-through.js";

/** Pulls codes to their latents: weight · mean((e - sg z)²) over [N, D]. */
export function codebookLoss(options: {
  readonly latents: Tensor2D;
  readonly codes: Tensor2D;
  readonly weight: number;
}): Scalar {
  return tf.mul(
    tf.mean(tf.squaredDifference(options.codes, stopGradient(options.latents))),
    options.weight,
  );
}

/** Pulls latents to their codes: weight · mean((sg e - z)²) over [N, D]. */
export function commitmentLoss(options: {
  readonly latents: Tensor2D;
  readonly codes: Tensor2D;
  readonly weight: number;
}): Scalar {
  return tf.mul(
    tf.mean(tf.squaredDifference(stopGradient(options.codes), options.latents)),
    options.weight,
  );
}
