import type { StrategyConfig } from "@fqgan/registry";

/** Codebooks in a few words: "vq 256x2", "vq 512", "lfq fsq". Sizes where their quantizers have that option. */
export function describeCodebooks(
  codebooks: Readonly<Record<string, { readonly quantizer: StrategyConfig }>>,
): string {
  const quantizers = Object.values(codebooks).map(({ quantizer }) => quantizer);
  const words = quantizers.map(({ name, size }) =>
    typeof size === "number" ? `${name} ${size}` : name,
  );
  const distinct = [...new Set(words)];
  return distinct.length === 1 && words.length > 1
    ? `${distinct[0]}x${words.length}`
    : words.join(" ");
}
