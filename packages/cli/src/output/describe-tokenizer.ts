import { publishedModel, type Tokenizer } from "@fqgan/tokenizer";

/** What a tokenizer is, as data and in lines for people. */
export interface TokenizerFacts {
  /** The published model whose structure it has, apart from sizes. */
  readonly model: string | null;
  readonly imageSize: number;
  readonly grid: readonly [number, number];
  readonly codebooks: Readonly<Record<string, number>>;
  readonly bitsPerImage: number;
  readonly parameters: number;
}

export function tokenizerFacts(tokenizer: Tokenizer): TokenizerFacts {
  const codebooks = Object.entries(tokenizer.codebooks).map(([name, { size }]) => [name, size]);
  return {
    model: publishedModel(tokenizer) ?? null,
    imageSize: tokenizer.config.image.size,
    grid: tokenizer.grid,
    codebooks: Object.fromEntries(codebooks),
    bitsPerImage: tokenizer.bitsPerImage,
    parameters: tokenizer.parameterCount(),
  };
}

export function describeTokenizer(facts: TokenizerFacts): string {
  const { model, imageSize, grid, codebooks, bitsPerImage, parameters } = facts;
  const sizes = Object.entries(codebooks).map(([name, size]) => `${name} ${size}`);
  return [
    model ?? "tokenizer",
    `${imageSize}×${imageSize} → ${grid.join("×")}`,
    sizes.length > 0 ? `codebooks ${sizes.join(", ")}` : "continuous latents, no codes",
    `${Math.round(bitsPerImage).toLocaleString("en")} bits per image`,
    `${parameters.toLocaleString("en")} parameters`,
  ].join(" · ");
}
