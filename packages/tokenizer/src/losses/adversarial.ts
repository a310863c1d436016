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

export const adversarialObjectives = defineRegistry<AdversarialObjective>("adversarial objective", [
  hinge,
  vanilla,
  nonSaturating,
]);
