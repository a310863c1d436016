import { type StrategyConfig, UserError } from "@fqgan/registry";
import { compositions } from "../compose/registry.js";
import { quantizers } from "../registry.js";

/** On what terms contenders meet. */
export interface Contest {
  /** About how many bits a position each contender gets. */
  readonly bits: number;
  /** D of the latents. */
  readonly dimensions: number;
}

/** Everything registered that can be had at a number of bits, by name. */
export function contendersOfBits({ bits, dimensions }: Contest): Record<string, StrategyConfig> {
  const single = quantizers
    .list()
    .flatMap(({ name, ofBits }) =>
      ofBits ? [[name, { name: "single", quantizer: { name, ...ofBits(bits, dimensions) } }]] : [],
    );
  const composed = compositions
    .list()
    .flatMap(({ name, ofBits }) => (ofBits ? [[name, { name, ...ofBits(bits, dimensions) }]] : []));
  return Object.fromEntries([...single, ...composed]);
}

/** A contender by its config: of a composition, or of a quantizer alone; or by a name among `known`. */
export function contender(
  config: StrategyConfig | string,
  known: Readonly<Record<string, StrategyConfig>>,
): { readonly label: string; readonly config: StrategyConfig } {
  if (typeof config === "string") {
    const found = known[config];
    if (found) return { label: config, config: found };
    throw new UserError(
      `latent lab: expected one of ${Object.keys(known).join(", ")}, or a config such as ` +
        `{name: vq, size: 256}, got "${config}"`,
    );
  }
  const isComposition = compositions.names().includes(config.name);
  const { name, ...options } = config;
  const label = `${name} ${JSON.stringify(options).replaceAll('"', "")}`;
  return { label, config: isComposition ? config : { name: "single", quantizer: config } };
}
