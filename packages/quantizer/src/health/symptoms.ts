/** Something to try, and who found that it helps. */
export interface Advice {
  readonly try: string;
  readonly source: string;
}

/** What can go wrong with a codebook while it trains. */
export interface Symptom {
  readonly title: string;
  readonly cause: string;
  readonly advice: readonly Advice[];
}

const normalize: Advice = {
  try: "compare l2-normalised vectors of few dimensions: normalize: l2, dimensions: 8",
  source: "https://arxiv.org/abs/2110.04627",
};
const entropy: Advice = {
  try: "reward even use: an entropy weight of 0.03 (vq) or 0.1 (lfq, bsq)",
  source: "https://arxiv.org/abs/2310.05737",
};
const seeding: Advice = {
  try: "start the codebook at the data: seed it by k-means on the first batches",
  source: "https://arxiv.org/abs/2107.03312",
};
const replacing: Advice = {
  try: "give dead codes the place of latents of the batch: deadCodes.below: 0.05",
  source: "https://arxiv.org/abs/2005.00341",
};
const shared: Advice = {
  try: "move all codes together: simvq learns one linear map over a frozen codebook",
  source: "https://arxiv.org/abs/2411.02038",
};
const scalar: Advice = {
  try: "do without a learned codebook: fsq or lfq cannot lose codes in this way",
  source: "https://arxiv.org/abs/2309.15505",
};
const slower: Advice = {
  try: "lower the learning rate, or warm it up: codes that one step moves away from all latents never return",
  source: "https://arxiv.org/abs/2305.08842",
};
const smaller: Advice = {
  try: "use fewer codes, or several small codebooks in the place of a large one",
  source: "https://arxiv.org/abs/2411.16681",
};
const disentangle: Advice = {
  try: "push the factors apart: losses.disentanglement: 0.1",
  source: "https://arxiv.org/abs/2411.16681",
};
const teach: Advice = {
  try: "give one factor something else to learn: a representation loss against a teacher's features",
  source: "https://arxiv.org/abs/2411.16681",
};
const commitment: Advice = {
  try: "raise β, the weight that keeps latents at their codes",
  source: "https://arxiv.org/abs/1711.00937",
};

/** Symptoms by name. */
export const symptoms = {
  collapsed: {
    title: "the codebook has collapsed",
    cause:
      "nearly all latents choose the same few codes; codes that are never chosen get no gradient, " +
      "so that they stay where no latent comes",
    advice: [seeding, normalize, entropy, slower, shared, scalar],
  },
  "codes-idle": {
    title: "most codes are never used",
    cause:
      "codes that started far from all latents are never chosen, and only chosen codes learn; the latents " +
      "may also have fewer dimensions or kinds than there are codes",
    advice: [seeding, entropy, replacing, smaller, shared],
  },
  "perplexity-falling": {
    title: "fewer and fewer codes carry the image",
    cause:
      "use concentrates on codes that are ahead already; this is how a collapse begins, most often with " +
      "too high a learning rate or without an entropy term",
    advice: [entropy, slower, replacing],
  },
  "codes-dying": {
    title: "codes that were in use are not chosen any more",
    cause: "latents have moved on faster than the codes that they left behind",
    advice: [replacing, slower, shared],
  },
  "commitment-exploding": {
    title: "latents move away from their codes",
    cause:
      "the decoder's gradient drives the encoder's outputs outwards faster than the codebook follows, and " +
      "straight-through gradients are wrong by as much as the distance",
    advice: [commitment, normalize, slower],
  },
  "latents-drifting": {
    title: "the latents' length has left its scale",
    cause:
      "nothing holds the encoder's outputs at the codebook's scale; distances and losses lose their meaning",
    advice: [normalize, commitment, slower],
  },
  "factors-redundant": {
    title: "sub-codebooks say the same thing",
    cause:
      "nothing keeps factors that see the same image from learning the same split of it, so that bits are " +
      "spent twice",
    advice: [disentangle, teach],
  },
  diverged: {
    title: "latents or losses are not finite",
    cause: "training has diverged",
    advice: [slower],
  },
} as const satisfies Record<string, Symptom>;

/** What can be wrong with a codebook. */
export type SymptomName = keyof typeof symptoms;
