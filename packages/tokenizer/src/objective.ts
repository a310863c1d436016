import { UserError } from "@fqgan/registry";
import { type RandomStream, type Scalar, type Tensor, tf } from "@fqgan/tensor";
import { type PerceptualNetwork, perceptualLoss } from "./losses/perceptual.js";
import { reconstructionLoss } from "./losses/reconstruction.js";
import { representationLosses } from "./losses/representation.js";
import { TAUGHT, taughtName } from "./losses/taught.js";
import type { Tokenizer, TokenizerOutput } from "./tokenizer.js";

/** Tensors of one training batch inside a program. */
export interface TrainingTensors {
  /** [B, H, W, 3] in [-1, 1] */
  readonly images: Tensor;
  /** Features of the images by teacher, [B, F], and of their positions, [B, N, F] */
  readonly teachers: Readonly<Record<string, Tensor>>;
}

/** What the losses need beside the batch. */
export interface ObjectiveContext {
  readonly random: RandomStream;
  /** Networks that compare images, by the name that the config gives them. */
  readonly perceptual?: Readonly<Record<string, PerceptualNetwork>>;
  /** Whether codebooks learn; without it their losses are left out and codes stay as they are. */
  readonly training?: boolean;
}

/**
 * All of a tokenizer's own losses on one batch: those of its codebooks, `disentanglement`,
 * `reconstruction`, `perceptual` and `<codebook>.representation`, each with its weight applied, so that
 * they add up.
 */
export function tokenizerLosses(
  tokenizer: Tokenizer,
  { images, teachers }: TrainingTensors,
  { random, perceptual = {}, training = true }: ObjectiveContext,
): { output: TokenizerOutput; losses: Record<string, Scalar> } {
  const { codebooks, losses: weights } = tokenizer.config;
  const output = tokenizer.forward(images, { training, random });
  const { reconstruction } = output;
  const losses: Record<string, Scalar> = {
    reconstruction: reconstructionLoss(images, reconstruction, weights.reconstruction),
    ...output.losses,
  };
  if (weights.perceptual) {
    const { network: name, weight } = weights.perceptual;
    const network = perceptual[name];
    if (!network)
      throw new UserError(
        `losses.perceptual.network: expected the network "${name}" with the trainer, got ` +
          `${Object.keys(perceptual).join(", ") || "none"}; load it, or leave losses.perceptual out`,
      );
    losses.perceptual = perceptualLoss({ network, images, reconstruction, weight });
  }
  for (const [name, rows] of Object.entries(tokenizer.predictFeatures(output.quantized))) {
    const representation = codebooks[name]!.representation!;
    const { weight, objective = "contrastive", of = "image" } = representation;
    const given = teachers[taughtName(representation)];
    const predicted = TAUGHT[of].predicted(rows); // [M, F]
    const target = given && TAUGHT[of].target(given);
    if (!target || target.shape.join() !== predicted.shape.join())
      throw new UserError(
        `codebooks.${name}.representation: expected features ${TAUGHT[of].shape(rows)} of teacher ` +
          `"${taughtName(representation)}" in the batch, got ${given ? `[${given.shape.join(", ")}]` : "none"}; ` +
          "compute them for the data set, or set features to their length",
      );
    losses[`${name}.representation`] = tf.mul(
      weight,
      representationLosses[objective](predicted, target),
    );
  }
  return { output, losses };
}
