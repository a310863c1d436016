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
import { type CaseKind, readTensors } from "../parity-case.js";

/** What a losses case's `meta.json` says, as the fixtures' README states it. */
interface LossesMeta {
  readonly patchgan: { readonly fp32_vs_fp64_maxabs_train: number };
  readonly stylegan: { readonly fp32_vs_fp64_maxabs: number };
  readonly patchgan_full_manifest: DiscriminatorManifest;
  readonly stylegan_full_manifest: DiscriminatorManifest;
  readonly adversarial: Parameters<typeof checkAdversarial>[0]["meta"];
  readonly adaptive_weight: Parameters<typeof checkAdaptiveWeight>[0]["meta"];
  readonly infonce: Readonly<Record<string, TowerMeta | string>>;
  readonly entropy_loss: number;
  readonly disentangle_loss: number;
  readonly lpips: LpipsMeta;
}

/** Side of the images that the published discriminators judge. */
const FULL_SIZE = 256;

/** Discriminators, adversarial losses and weights, InfoNCE, regularisers and LPIPS, with gradients. */
export const losses: CaseKind = {
  kinds: ["losses"],
  engines: ["compiled"],
  async check({ folder, meta: json }, engine) {
    const meta = json as unknown as LossesMeta;
    const tensors = (name: string) => readTensors(join(folder, `${name}.safetensors`));
    return [
      ...(await checkPatch({
        tensors: tensors("patchgan"),
        engine,
        referenceError: meta.patchgan.fp32_vs_fp64_maxabs_train,
      })),
      ...(await checkStyle({
        tensors: tensors("stylegan"),
        engine,
        referenceError: meta.stylegan.fp32_vs_fp64_maxabs,
      })),
      ...checkDiscriminatorManifest(meta.patchgan_full_manifest, FULL_SIZE),
      ...checkDiscriminatorManifest(meta.stylegan_full_manifest, FULL_SIZE),
      ...(await checkAdversarial({
        tensors: tensors("adversarial"),
        meta: meta.adversarial,
        engine,
      })),
      ...(await checkAdaptiveWeight({
        tensors: tensors("adaptive_weight"),
        meta: meta.adaptive_weight,
        engine,
      })),
      ...(await checkRepresentation({ tensors: tensors("infonce"), meta: meta.infonce, engine })),
      ...checkTowerInputs(tensors("infonce"), meta.infonce),
      ...(await checkRegularisers({ tensors: tensors("regularisers"), meta, engine })),
      ...(await checkLpips({ tensors: tensors("lpips"), meta: meta.lpips, engine })),
    ];
  },
};
