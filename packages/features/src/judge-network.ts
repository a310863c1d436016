import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import { ConvolutionTower } from "./convolution-tower.js";

/** The built-in judge: 64 features of a 64×64 image and from them its emoji subcategory. */
export class JudgeNetwork extends nn.Module {
  readonly tower: ConvolutionTower;
  readonly classifier: nn.Linear;

  constructor({ classes, key }: { classes: number; key: Key }) {
    super();
    const dimensions = 64;
    this.tower = new ConvolutionTower({
      widths: [32, 48, 96],
      dimensions,
      key: fold(key, "tower"),
    });
    this.classifier = new nn.Linear({
      inputs: dimensions,
      outputs: classes,
      key: fold(key, "classifier"),
    });
  }

  /** [B, 64, 64, 3] in [-1, 1] → features [B, 64], logits [B, classes] */
  call(images: Tensor): { features: Tensor; logits: Tensor } {
    const features = this.tower.call(images);
    return { features, logits: this.classifier.call(nn.silu(features)) };
  }
}
