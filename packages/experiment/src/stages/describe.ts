import type { StrategyConfig } from "@fqgan/registry";

/** A quantizer in a few words: "vq 256", "lfq", composed "residual vq 256". */
function describeQuantizer({ name, size, quantizer }: StrategyConfig): string {
  if (quantizer) return `${name} ${describeQuantizer(quantizer as StrategyConfig)}`;
  return typeof size === "number" ? `${name} ${size}` : name;
}

/** Codebooks in a few words: "vq 256x2", "vq 512", "lfq fsq". Sizes where their quantizers have that option. */
export function describeCodebooks(
  codebooks: Readonly<Record<string, { readonly quantizer: StrategyConfig }>>,
): string {
  const words = Object.values(codebooks).map(({ quantizer }) => describeQuantizer(quantizer));
  const distinct = [...new Set(words)];
  return distinct.length === 1 && words.length > 1
    ? `${distinct[0]}x${words.length}`
    : words.join(" ");
}
