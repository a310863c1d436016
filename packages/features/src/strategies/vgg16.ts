import type { HostTensor } from "@fqgan/tensor";
import { readWeightsFile, type WeightsFile, weightsOptions } from "../checkpoint/read-weights.js";
import { share } from "../checkpoint/shared.js";
import { buildNetwork, renamed, StateDict } from "../checkpoint/state-dict.js";
import type { Extractor, ExtractorStrategy } from "../extractor.js";
import { compiledProgram, extractorOf } from "../frozen-extractor.js";
import { channelStatistics } from "../preprocess/pillow-standardised.js";
import { tf1Standardised } from "../preprocess/tf1-standardised.js";
import { VGG16, Vgg16 } from "../vgg16/vgg16.js";

const CHUNK = 8;
const SIZE = 224;

/** VGG-16's second fully connected layer with weights that are in memory already. */
export function vgg16Extractor({ tensors, hash, path }: WeightsFile): Extractor {
  const program = share(`vgg16 ${hash}`, () => {
    const network = vgg16FromWeights(tensors, path);
    return compiledProgram({
      name: "vgg16",
      chunk: CHUNK,
      weights: "frozen",
      call: (images) => ({ features: network.call(images) }),
      dispose: () => network.dispose(),
    });
  });
  const preparation = tf1Standardised({ size: SIZE, statistics: channelStatistics.imagenet });
  return extractorOf(
    { name: "vgg16-fc2", hash, dimensions: VGG16.hidden },
    { preparation, program },
  );
}

/** The network from tensors under torchvision's names; the classes themselves are left out. */
export function vgg16FromWeights(
  tensors: Readonly<Record<string, HostTensor>>,
  where: string,
): Vgg16 {
  const used = renamed(tensors, (name) => (name.startsWith("classifier.6.") ? undefined : name));
  const weights = new StateDict(used, where);
  // A file made for LPIPS has the convolutions only; said before half a gigabyte is made room for.
  weights.shapeOf("classifier.0.weight");
  return buildNetwork(weights, (given) => new Vgg16(given));
}

export const vgg16: ExtractorStrategy<{ readonly weights: string; readonly sha256?: string }> = {
  name: "vgg16",
  summary:
    "VGG-16's fc2 after its ReLU, prepared as torch-fidelity does, from vgg16-397923af.pth; for precision and recall",
  reference: "https://arxiv.org/abs/1904.06991",
  options: weightsOptions("vgg16-397923af.pth"),
  create: async ({ weights, sha256 }) => vgg16Extractor(await readWeightsFile(weights, sha256)),
};
