import { defineRegistry, type Strategy } from "@fqgan/registry";
import { type Scalar, type Tensor, tf } from "@fqgan/tensor";

/** What the two players of adversarial training minimise, from the discriminator's logits. */
export interface AdversarialObjective extends Strategy {
  generator(fakeLogits: Tensor): Scalar;
  discriminator(realLogits: Tensor, fakeLogits: Tensor): Scalar;
}

const half = (x: Tensor): Scalar => tf.mul(0.5, x);

const hinge: AdversarialObjective = {
  name: "hinge",
  summary: "Hinge: each logit counts until it is beyond ±1.",
  reference: "https://arxiv.org/abs/1705.02894",
  options: {},
  generator: (fake) => tf.neg(tf.mean(fake)),
  discriminator: (real, fake) =>
    half(tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, fake))))),
};

const vanilla: AdversarialObjective = {
  name: "vanilla",
  summary: "Logistic for the discriminator, mean logit for the generator (as VQGAN's code has it).",
  reference: "https://arxiv.org/abs/2012.09841",
  options: {},
  generator: (fake) => tf.neg(tf.mean(fake)),
  discriminator: (real, fake) =>
    half(tf.add(tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(fake)))),
};

const nonSaturating: AdversarialObjective = {
  name: "non-saturating",
  summary: "Logistic for both players (Goodfellow et al.).",
  reference: "https://arxiv.org/abs/1406.2661",
  options: {},
  generator: (fake) => tf.mean(tf.softplus(tf.neg(fake))),
  discriminator: (real, fake) =>
    half(tf.add(tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(fake)))),
};

/**
 * The reference implementation of FQGAN (and LlamaGen's) gives logits and labels to its cross entropy in
 * each other's place: a constant is judged by soft labels, so that real logits have a constant slope and
 * those of reconstructions none at all for the discriminator. Not what its name says; kept for its numbers.
 */
const swappedNonSaturating: AdversarialObjective = {
  name: "non-saturating-swapped",
  summary:
    "What FQGAN's code computes under the name of non-saturating: logits and labels swapped.",
  reference: "https://github.com/showlab/FQGAN",
  options: {},
  generator: (fake) => tf.mean(crossEntropy(1, fake)),
  discriminator: (real, fake) =>
    half(tf.add(tf.mean(crossEntropy(1, real)), tf.mean(crossEntropy(0, fake)))),
};

/** Binary cross entropy of a constant logit ≥ 0 with soft labels, elementwise. */
function crossEntropy(logit: number, labels: Tensor): Tensor {
  return tf.add(tf.mul(labels, -logit), logit + Math.log1p(Math.exp(-logit)));
}

/** What the two players of adversarial training minimise, by name. */
export const adversarialObjectives = defineRegistry<AdversarialObjective>("adversarial objective", [
  hinge,
  vanilla,
  nonSaturating,
  swappedNonSaturating,
]);
