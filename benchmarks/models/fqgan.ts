import {
  parseTokenizerConfig,
  type TokenizerConfig,
  type TokenizerConfigInput,
  tokenizerPresetConfig,
} from "@fqgan/tokenizer";

const judge = (channels: number, layers: number) => ({
  discriminator: { name: "patch", channels, layers },
  startStep: 1,
});

/** `fqgan-dual-mini`, 32×32, with a small discriminator from the first step. */
export const miniFqgan = (): TokenizerConfig =>
  parseTokenizerConfig(
    tokenizerPresetConfig("fqgan-dual-mini", {
      losses: { disentanglement: 0.1, adversarial: judge(32, 2) },
    }),
  );

/** Between the mini and the published sizes: 64×64, 8×8 positions, codebooks of 4096. */
export function mediumFqgan(): TokenizerConfig {
  const network = { name: "convolutional", channels: 64, multipliers: [1, 1, 2, 4] };
  const codebook: TokenizerConfigInput["codebooks"][string] = {
    quantizer: { name: "vq", size: 4096, dimensions: 8, entropy: { weight: 0.03 } },
    adapter: { name: "transformer", layers: 4, heads: 8 },
  };
  const representation = { teacher: "teacher", features: 256, layers: 2, heads: 8 };
  return parseTokenizerConfig({
    image: { size: 64 },
    encoder: network,
    decoder: { ...network, residualBlocks: 2 },
    codebooks: { visual: codebook, semantic: { ...codebook, representation } },
    losses: { disentanglement: 0.1, adversarial: judge(64, 3) },
  });
}

/** `fqgan-dual-ds16`, 256×256, without what only training needs. */
export function fullFqgan(): TokenizerConfig {
  const preset = tokenizerPresetConfig("fqgan-dual-ds16", { losses: {} });
  const codebooks = Object.entries(preset.codebooks).map(
    ([name, codebook]) => [name, { ...codebook, representation: null }] as const,
  );
  return parseTokenizerConfig({ ...preset, codebooks: Object.fromEntries(codebooks) });
}
