import { loadPerceptualDistance, perceptualDistances } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import type { PerceptualNetwork, TokenizerConfig } from "@fqgan/tokenizer";
import * as z from "zod";
import type { TeachingNetwork } from "./networks-that-taught.js";

/** Where the network of `losses.perceptual` is; without it one of that name that needs no files. */
export const perceptualSchema = perceptualDistances.schema;

type Losses = TokenizerConfig["losses"];
type PerceptualConfig = z.output<typeof perceptualSchema>;

/** Refuses losses whose network is another than the one given, or needs files that nothing names. */
export function checkPerceptual(losses: Losses, config: PerceptualConfig | undefined): void {
  const wanted = losses.perceptual?.network;
  if (wanted === undefined) return;
  if (config && config.name !== wanted)
    throw new UserError(
      `train.perceptual.name: expected "${wanted}", which losses.perceptual names, got ` +
        `"${config.name}"; change either`,
    );
  const { options } = perceptualDistances.get(wanted);
  if (!config && !z.strictObject(options).safeParse({}).success)
    throw new UserError(
      `train.perceptual: expected the files of "${wanted}", which losses.perceptual names, got none; ` +
        "`fqgan train tokenizer` takes them as --lpips and --lpips-linear, and " +
        '--set "tokenizer.model.losses.perceptual=null" leaves the loss out',
    );
}

/** The networks that a tokenizer's losses compare images with, as its trainer takes them. */
export async function loadPerceptual(
  losses: Losses,
  config: PerceptualConfig | undefined,
): Promise<{
  readonly networks: Readonly<Record<string, PerceptualNetwork>>;
  /** Which network that is, if there is one. */
  readonly identities: readonly TeachingNetwork[];
  dispose(): void;
}> {
  checkPerceptual(losses, config);
  const wanted = losses.perceptual?.network;
  if (wanted === undefined) return { networks: {}, identities: [], dispose: () => {} };
  const distance = await loadPerceptualDistance(config ?? { name: wanted });
  const { name, hash, network } = distance;
  return {
    networks: { [wanted]: network },
    identities: [{ name, hash }],
    dispose: () => distance.dispose(),
  };
}
