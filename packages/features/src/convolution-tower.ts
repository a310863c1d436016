import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";

export interface TowerOptions {
  /** Channels after each halving of the image. */
  readonly widths: readonly number[];
  /** D, the length of the result. */
  readonly dimensions: number;
  readonly key: Key;
}

/** Channels that share statistics in a group norm. */
const GROUP = 8;

/**
 * A small image network: halve, convolve, repeat; the means of every stage but the first together give
 * the result, so that it sees texture as well as shape. Group norm: no statistics from other images.
 */
export class ConvolutionTower extends nn.Module {
  readonly stem: NormedConvolution;
  readonly stages: Stage[];
  readonly head: nn.Linear;

  constructor({ widths, dimensions, key }: TowerOptions) {
    super();
    const [first, ...rest] = widths as [number, ...number[]];
    this.stem = new NormedConvolution({
      inputs: 3,
      outputs: first,
      stride: 2,
      key: fold(key, "stem"),
    });
    this.stages = rest.map(
      (outputs, i) => new Stage({ inputs: widths[i]!, outputs, key: fold(key, "stage", i) }),
    );
    const inputs = rest.reduce((sum, width) => sum + width, 0);
    this.head = new nn.Linear({ inputs, outputs: dimensions, key: fold(key, "head") });
  }

  /** [B, H, W, 3] in [-1, 1] → [B, D] */
  call(images: Tensor): Tensor {
    const [, ...maps] = this.maps(images);
    const means = maps.map((map) => tf.mean(map, [1, 2])); // [B, C]
    return this.head.call(tf.concat(means, 1));
  }

  /**
   * What each part of the image adds: [B, H, W, 3] in [-1, 1] → [B, h·w, D] on the grid of the last stage. The head
   * is linear, so their mean over an image is `call`'s row of it.
   */
  positions(images: Tensor): Tensor {
    const [, ...maps] = this.maps(images);
    const [batch, height, width] = maps.at(-1)!.shape as [number, number, number];
    const pooled = maps.map((map) => {
      const [, rows, columns, channels] = map.shape as [number, number, number, number];
      const [down, right] = [rows / height, columns / width];
      const cells = tf.reshape(map, [batch, height, down, width, right, channels]);
      return tf.mean(cells, [2, 4]); // [B, h, w, C]
    });
    const joined = tf.concat(pooled, 3);
    const positions = tf.reshape(joined, [batch * height * width, -1]);
    return tf.reshape(this.head.call(positions), [batch, height * width, -1]);
  }

  /** [B, H, W, 3] in [-1, 1] → the stem's and each stage's features, [B, H/2, W/2, C] and on by halves */
  maps(images: Tensor): Tensor[] {
    const maps = [this.stem.call(images)];
    for (const stage of this.stages) maps.push(stage.call(maps.at(-1)!));
    return maps;
  }
}

/** Halves the image, then refines it with one residual convolution. */
class Stage extends nn.Module {
  readonly down: NormedConvolution;
  readonly refine: NormedConvolution;

  constructor({ inputs, outputs, key }: { inputs: number; outputs: number; key: Key }) {
    super();
    this.down = new NormedConvolution({ inputs, outputs, stride: 2, key: fold(key, "down") });
    this.refine = new NormedConvolution({
      inputs: outputs,
      outputs,
      stride: 1,
      key: fold(key, "refine"),
    });
  }

  /** [B, H, W, inputs] → [B, H/2, W/2, outputs] */
  call(x: Tensor): Tensor {
    const halved = this.down.call(x);
    return tf.add(halved, this.refine.call(halved));
  }
}

/** 3×3 convolution, group norm, SiLU. */
class NormedConvolution extends nn.Module {
  readonly convolution: nn.Conv2d;
  readonly norm: nn.GroupNorm;

  constructor(options: { inputs: number; outputs: number; stride: number; key: Key }) {
    super();
    const { inputs, outputs, stride, key } = options;
    // Even sides: one row of zeros at the bottom and right when halving, on all sides otherwise.
    const before = stride === 2 ? 0 : 1;
    this.convolution = new nn.Conv2d({
      inputs,
      outputs,
      kernel: 3,
      stride,
      padding: { top: before, bottom: 1, left: before, right: 1 },
      key,
    });
    this.norm = new nn.GroupNorm({ channels: outputs, groups: outputs / GROUP });
  }

  call(x: Tensor): Tensor {
    return nn.silu(this.norm.call(this.convolution.call(x)));
  }
}
