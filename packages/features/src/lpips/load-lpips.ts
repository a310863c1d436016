import type { HostTensor } from "@fqgan/tensor";
import { readWeightsFile } from "../checkpoint/read-weights.js";
import { buildNetwork, renamed, StateDict } from "../checkpoint/state-dict.js";
import { Lpips } from "./lpips.js";
import { type TrunkName, trunks } from "./trunks.js";

/** Which trunk, and the files of its weights. */
export interface LpipsFiles {
  readonly trunk?: TrunkName;
  /** The classifier, as torchvision publishes it: `vgg16-397923af.pth`; or a file that holds both. */
  readonly weights: string;
  /** LPIPS's own weights, `vgg.pth` of its version 0.1; left out where `weights` holds both. */
  readonly linear?: string;
}

/** LPIPS with published weights, and by what it is told from others. */
export interface LoadedLpips {
  readonly network: Lpips;
  /** `lpips-vgg16` */
  readonly name: string;
  /** The beginning of the SHA-256 of each file, joined by +. */
  readonly hash: string;
}

/** The frozen network from local files. */
export async function loadLpips({ trunk, weights, linear }: LpipsFiles): Promise<LoadedLpips> {
  const paths = linear === undefined ? [weights] : [weights, linear];
  const files = await Promise.all(paths.map((path) => readWeightsFile(path)));
  const tensors = Object.assign({}, ...files.map((file) => file.tensors));
  return {
    network: lpipsFromWeights(tensors, { where: paths.join(" and "), ...(trunk && { trunk }) }),
    name: `lpips-${trunk ?? "vgg16"}`,
    hash: files.map(({ hash }) => hash).join("+"),
  };
}

/**
 * LPIPS from tensors under the names of torchvision and the `lpips` package, or of a whole saved module
 * of the latter (`net.slice1.0.weight`).
 */
export function lpipsFromWeights(
  tensors: Readonly<Record<string, HostTensor>>,
  { trunk = "vgg16", where }: { readonly trunk?: TrunkName; readonly where: string },
): Lpips {
  const weights = new StateDict(renamed(tensors, lpipsName), where);
  return buildNetwork(weights, (given) => new Lpips(trunks[trunk], given));
}

/** Names as this package takes them; what LPIPS doesn't use (the classifier's head, copies) has none. */
function lpipsName(name: string): string | undefined {
  const bare = name.replace(/^(lpips|perceptual_loss)\./, "");
  const sliced = /^net\.slice\d+\.(\d+\.(?:weight|bias))$/.exec(bare);
  if (sliced) return `features.${sliced[1]}`;
  return /^(features\.|lin\d\.)/.test(bare) ? bare : undefined;
}
