import { loadPerceptualDistance, perceptualDistances } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import type { PerceptualNetwork, TokenizerConfig } from "@fqgan/tokenizer";
import { z } from "zod";

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
  if (!config) refuseWithoutFiles(wanted);
  const distance = await loadPerceptualDistance(config ?? { name: wanted });
  return { networks: { [wanted]: distance.network }, dispose: () => distance.dispose() };
}

/** Some networks need files that no name stands for. */
function refuseWithoutFiles(name: string): void {
  const { options } = perceptualDistances.get(name);
  if (z.strictObject(options).safeParse({}).success) return;
  throw new UserError(
    `train.perceptual: expected the files of "${name}", which losses.perceptual names, got none; ` +
      "`fqgan train tokenizer` takes them as --lpips and --lpips-linear, and " +
      '--set "tokenizer.model.losses.perceptual=null" leaves the loss out',
  );
}
