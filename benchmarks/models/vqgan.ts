/**
 * The benchmarks' VQGAN (https://arxiv.org/abs/2012.09841), layer by layer the twin of
 * ../pytorch/vqgan.py. Images are [B, H, W, 3] in [-1, 1].
 */
import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";

export interface VqganOptions {
  /** Width at full resolution; `multipliers` times it below. */
  readonly channels: number;
  readonly multipliers: readonly number[];
  readonly blocks: number;
  readonly latent: number;
  readonly codes: number;
  readonly codeChannels: number;
}

const norm = (channels: number) => new nn.GroupNorm({ channels, groups: 32 });

class ResidualBlock extends nn.Module {
  readonly norm1: nn.GroupNorm;
  readonly conv1: nn.Conv2d;
  readonly norm2: nn.GroupNorm;
  readonly conv2: nn.Conv2d;
  readonly shortcut?: nn.Conv2d;

  constructor(inputs: number, outputs: number, key: Key) {
    super();
    this.norm1 = norm(inputs);
    this.conv1 = new nn.Conv2d({ inputs, outputs, kernel: 3, key: fold(key, "conv1") });
    this.norm2 = norm(outputs);
    this.conv2 = new nn.Conv2d({ inputs: outputs, outputs, kernel: 3, key: fold(key, "conv2") });
    if (inputs !== outputs)
      this.shortcut = new nn.Conv2d({ inputs, outputs, kernel: 1, key: fold(key, "shortcut") });
  }

  call(x: Tensor): Tensor {
    const first = this.conv1.call(nn.silu(this.norm1.call(x)));
    const second = this.conv2.call(nn.silu(this.norm2.call(first)));
    return tf.add(this.shortcut ? this.shortcut.call(x) : x, second);
  }
}

class SpatialAttention extends nn.Module {
  readonly norm: nn.GroupNorm;
  readonly attention: nn.SelfAttention;

  constructor(channels: number, key: Key) {
    super();
    this.norm = norm(channels);
    this.attention = new nn.SelfAttention({ channels, heads: 1, key });
  }

  call(x: Tensor): Tensor {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const tokens = tf.reshape(this.norm.call(x), [batch, height * width, channels]); // [B, T, C]
    return tf.add(x, tf.reshape(this.attention.call(tokens), x.shape));
  }
}

class Downsample extends nn.Module {
  readonly conv: nn.Conv2d;

  constructor(channels: number, key: Key) {
    super();
    const padding = { top: 0, bottom: 1, left: 0, right: 1 };
    this.conv = new nn.Conv2d({
      inputs: channels,
      outputs: channels,
      kernel: 3,
      stride: 2,
      padding,
      key,
    });
  }

  call(x: Tensor): Tensor {
    return this.conv.call(x);
  }
}

class Upsample extends nn.Module {
  readonly conv: nn.Conv2d;

  constructor(channels: number, key: Key) {
    super();
    this.conv = new nn.Conv2d({ inputs: channels, outputs: channels, kernel: 3, key });
  }

  call(x: Tensor): Tensor {
    return this.conv.call(nn.upsampleNearest(x));
  }
}

class Sequence extends nn.Module {
  constructor(readonly layers: readonly nn.Layer[]) {
    super();
  }

  call(x: Tensor): Tensor {
    return this.layers.reduce((y, layer) => layer.call(y), x);
  }
}

const silu: nn.Layer = { call: nn.silu };

const conv = (inputs: number, outputs: number, kernel: number, key: Key) =>
  new nn.Conv2d({ inputs, outputs, kernel, key });

const middle = (width: number, key: Key): nn.Layer[] => [
  new ResidualBlock(width, width, fold(key, "block1")),
  new SpatialAttention(width, fold(key, "attention")),
  new ResidualBlock(width, width, fold(key, "block2")),
];

function encoder({ channels, multipliers, blocks, latent }: VqganOptions, key: Key): Sequence {
  const layers: nn.Layer[] = [conv(3, channels, 3, fold(key, "first"))];
  const next = () => fold(key, layers.length);
  let width = channels;
  for (const [level, multiplier] of multipliers.entries()) {
    const isLast = level === multipliers.length - 1;
    for (let block = 0; block < blocks; block++) {
      layers.push(new ResidualBlock(width, channels * multiplier, next()));
      width = channels * multiplier;
      if (isLast) layers.push(new SpatialAttention(width, next()));
    }
    if (!isLast) layers.push(new Downsample(width, next()));
  }
  layers.push(...middle(width, next()), norm(width), silu, conv(width, latent, 3, next()));
  return new Sequence(layers);
}

function decoder({ channels, multipliers, blocks, latent }: VqganOptions, key: Key): Sequence {
  let width = channels * multipliers.at(-1)!;
  const layers: nn.Layer[] = [conv(latent, width, 3, fold(key, "first"))];
  const next = () => fold(key, layers.length);
  layers.push(...middle(width, next()));
  for (let level = multipliers.length - 1; level >= 0; level--) {
    for (let block = 0; block <= blocks; block++) {
      layers.push(new ResidualBlock(width, channels * multipliers[level]!, next()));
      width = channels * multipliers[level]!;
      if (level === multipliers.length - 1) layers.push(new SpatialAttention(width, next()));
    }
    if (level > 0) layers.push(new Upsample(width, next()));
  }
  layers.push(norm(width), silu, conv(width, 3, 3, next()));
  return new Sequence(layers);
}

const normalize = (rows: Tensor) =>
  tf.mul(rows, tf.rsqrt(tf.maximum(tf.sum(tf.square(rows), -1, true), 1e-24)));

/** Rows of `table` nearest to `rows` (all of length 1), with a gradient for the table only. */
function nearestRows(rows: Tensor, table: Tensor): Tensor {
  const lookUp = tf.customGrad((...inputs) => {
    const codebook = inputs[0] as tf.Tensor2D;
    const similarity = tf.matMul(rows as tf.Tensor2D, codebook, false, true); // [N, K]
    const indices = tf.argMax(similarity, 1) as tf.Tensor1D;
    return {
      value: tf.gather(codebook, indices),
      gradFunc: (dy: Tensor) => tf.unsortedSegmentSum(dy, indices, codebook.shape[0]),
    };
  });
  return lookUp(table);
}

export class Vqgan extends nn.Module {
  readonly encoder: Sequence;
  readonly before: nn.Conv2d;
  readonly codebook: Variable;
  readonly after: nn.Conv2d;
  readonly decoder: Sequence;

  constructor(options: VqganOptions, key: Key) {
    super();
    const { latent, codes, codeChannels } = options;
    this.encoder = encoder(options, fold(key, "encoder"));
    this.before = conv(latent, codeChannels, 1, fold(key, "before"));
    const shape = [codes, codeChannels];
    this.codebook = nn.parameter(nn.uniformInit(1 / codes)(fold(key, "codebook"), shape), shape);
    this.after = conv(codeChannels, latent, 1, fold(key, "after"));
    this.decoder = decoder(options, fold(key, "decoder"));
  }

  /** [B, h, w, D] → quantized [B, h, w, D] and its two losses. */
  quantize(z: Tensor): { quantized: Tensor; codebook: Tensor; commitment: Tensor } {
    const rows = normalize(tf.reshape(z, [-1, z.shape.at(-1)!])); // [N, D]
    const constant = (tensor: Tensor) => stopGradient(tensor);
    const quantized = nearestRows(constant(rows), normalize(this.codebook));
    return {
      quantized: tf.reshape(tf.add(rows, constant(tf.sub(quantized, rows))), z.shape),
      codebook: tf.mean(tf.squaredDifference(quantized, constant(rows))),
      commitment: tf.mean(tf.squaredDifference(rows, constant(quantized))),
    };
  }

  reconstruct(images: Tensor) {
    const z = this.before.call(this.encoder.call(images));
    const { quantized, ...losses } = this.quantize(z);
    return { reconstruction: this.decoder.call(this.after.call(quantized)), ...losses };
  }

  loss(images: Tensor): tf.Scalar {
    const { reconstruction, codebook, commitment } = this.reconstruct(images);
    const pixels = tf.mean(tf.squaredDifference(reconstruction, images));
    return tf.addN([pixels, codebook, tf.mul(commitment, 0.25)]) as tf.Scalar;
  }
}

const stopGradient = tf.customGrad((x) => ({
  value: tf.clone(x as Tensor),
  gradFunc: (dy: Tensor) => tf.zerosLike(dy),
}));
