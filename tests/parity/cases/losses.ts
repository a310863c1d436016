import { join } from "node:path";
import {
  checkAdaptiveWeight,
  checkAdversarial,
  checkRegularisers,
  checkRepresentation,
} from "../losses/adversarial.js";
import {
  checkDiscriminatorManifest,
  checkPatch,
  checkStyle,
  type DiscriminatorManifest,
} from "../losses/discriminators.js";
import { checkLpips, type LpipsMeta } from "../losses/lpips.js";
import { checkTowerInputs, type TowerMeta } from "../losses/tower-input.js";
import { type CaseKind, type Check, readTensors } from "../parity-case.js";

/** What a losses case's `meta.json` says, as the fixtures' README states it. A copy may hold parts of it. */
interface LossesMeta {
  readonly patchgan?: { readonly fp32_vs_fp64_maxabs_train: number };
  readonly stylegan?: { readonly fp32_vs_fp64_maxabs: number };
  readonly patchgan_full_manifest?: DiscriminatorManifest;
  readonly stylegan_full_manifest?: DiscriminatorManifest;
  readonly adversarial?: Parameters<typeof checkAdversarial>[0]["meta"];
  readonly adaptive_weight?: Parameters<typeof checkAdaptiveWeight>[0]["meta"];
  readonly infonce?: Readonly<Record<string, TowerMeta | string>>;
  readonly entropy_loss?: number;
  readonly disentangle_loss?: number;
  readonly lpips?: LpipsMeta;
}

/** Side of the images that the published discriminators judge. */
const FULL_SIZE = 256;

/** Discriminators, adversarial losses and weights, InfoNCE, regularisers and LPIPS, with gradients. */
export const losses: CaseKind = {
  kinds: ["losses"],
  engines: ["compiled"],
  async check({ folder, meta: json }, engine) {
    const meta = json as LossesMeta;
    const { patchgan, stylegan, adversarial, adaptive_weight, infonce, lpips } = meta;
    const { entropy_loss, disentangle_loss } = meta;
    const tensors = (name: string) => readTensors(join(folder, `${name}.safetensors`));
    const checks: Check[] = [];
    const add = (found: readonly Check[]) => checks.push(...found);
    if (patchgan) {
      const referenceError = patchgan.fp32_vs_fp64_maxabs_train;
      add(await checkPatch({ tensors: tensors("patchgan"), engine, referenceError }));
    }
    if (stylegan) {
      const referenceError = stylegan.fp32_vs_fp64_maxabs;
      add(await checkStyle({ tensors: tensors("stylegan"), engine, referenceError }));
    }
    for (const manifest of [meta.patchgan_full_manifest, meta.stylegan_full_manifest])
      if (manifest) add(checkDiscriminatorManifest(manifest, FULL_SIZE));
    if (adversarial)
      add(await checkAdversarial({ tensors: tensors("adversarial"), meta: adversarial, engine }));
    if (adaptive_weight) {
      const golden = { tensors: tensors("adaptive_weight"), meta: adaptive_weight };
      add(await checkAdaptiveWeight({ ...golden, engine }));
    }
    if (infonce) {
      add(await checkRepresentation({ tensors: tensors("infonce"), meta: infonce, engine }));
      add(checkTowerInputs(tensors("infonce"), infonce));
    }
    if (entropy_loss !== undefined && disentangle_loss !== undefined) {
      const golden = { tensors: tensors("regularisers"), meta: { entropy_loss, disentangle_loss } };
      add(await checkRegularisers({ ...golden, engine }));
    }
    if (lpips) add(await checkLpips({ tensors: tensors("lpips"), meta: lpips, engine }));
    return checks;
  },
};
