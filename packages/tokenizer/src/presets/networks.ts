/** Convolutional networks that shrink by 8 instead of by 16, the default. */
export const shallow = { name: "convolutional", multipliers: [1, 2, 2, 4] };

/** LPIPS with the weight that nearly all recipes have; the trainer is given the network by this name. */
export const perceptual = { network: "lpips", weight: 1 };
