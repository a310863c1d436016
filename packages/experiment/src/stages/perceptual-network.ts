import { loadPerceptualDistance, perceptualDistances } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import type { PerceptualNetwork, TokenizerConfig } from "@fqgan/tokenizer";
import type { z } from "zod";

/** Where the network of `losses.perceptual` is; without it one of that name that needs no files. */
export const perceptualSchema = perceptualDistances.schema;

/** The networks that a tokenizer's losses compare images with, as its trainer takes them. */
export async function loadPerceptual(
  losses: TokenizerConfig["losses"],
  config: z.output<typeof perceptualSchema> | undefined,
): Promise<{ networks: Readonly<Record<string, PerceptualNetwork>>; dispose(): void }> {
  const wanted = losses.perceptual?.network;
  if (wanted === undefined) return { networks: {}, dispose: () => {} };
  if (config && config.name !== wanted)
    throw new UserError(
      `train.perceptual.name: expected "${wanted}", which losses.perceptual names, got ` +
        `"${config.name}"; change either`,
    );
  const distance = await loadPerceptualDistance(config ?? { name: wanted });
  return { networks: { [wanted]: distance.network }, dispose: () => distance.dispose() };
}
