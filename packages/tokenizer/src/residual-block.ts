import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";

/**
 * Pre-activation residual block of a VQGAN (Esser et al., arXiv 2012.09841):
 * x′ + conv(swish(norm(conv(swish(norm(x)))))), where x′ is x, through a 1×1 convolution if the width changes.
 */
export class ResidualBlock extends nn.Module {
  readonly norm1: nn.GroupNorm;
  readonly conv1: nn.Conv2d;
  readonly norm2: nn.GroupNorm;
  readonly conv2: nn.Conv2d;
  readonly shortcut?: nn.Conv2d;

  constructor(options: { inputs: number; outputs: number; groups: number; key: Key }) {
    super();
    const { inputs, outputs, groups, key } = options;
    const conv = (name: string, from: number, kernel: number) =>
      new nn.Conv2d({ inputs: from, outputs, kernel, key: fold(key, name) });
    this.norm1 = new nn.GroupNorm({ channels: inputs, groups });
    this.conv1 = conv("conv1", inputs, 3);
    this.norm2 = new nn.GroupNorm({ channels: outputs, groups });
    this.conv2 = conv("conv2", outputs, 3);
    if (inputs !== outputs) this.shortcut = conv("shortcut", inputs, 1);
  }

  /** [B, H, W, inputs] → [B, H, W, outputs] */
  call(x: Tensor): Tensor {
    const hidden = this.conv1.call(nn.silu(this.norm1.call(x)));
    const change = this.conv2.call(nn.silu(this.norm2.call(hidden)));
    return tf.add(this.shortcut ? this.shortcut.call(x) : x, change);
  }
}
