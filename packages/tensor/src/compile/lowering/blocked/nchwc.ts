import type { Attributes, ModelBuilder } from "../builder.js";

/**
 * ONNX Runtime's own domain for convolutions and pooling over channels in blocks. It is made for its
 * graph optimizer, which moves only constant filters there; its ops take any filter that is laid out
 * as they want it (onnxruntime/core/graph/contrib_ops/nchwc_schema_defs.cc).
 */
export const nchwcDomain = "com.microsoft.nchwc";

type Op =
  | "Conv"
  | "MaxPool"
  | "AveragePool"
  | "GlobalAveragePool"
  | "ReorderInput"
  | "ReorderOutput"
  | "Upsample";

export const nchwc = (
  builder: ModelBuilder,
  op: Op,
  inputs: readonly string[],
  attributes: Attributes = {},
): string => builder.emit(op, inputs, attributes, nchwcDomain);

export interface ConvolutionShape {
  readonly kernel: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads?: readonly [number, number, number, number];
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly group?: number;
  /** Of the sums; none unless given. */
  readonly activation?: "Relu";
}

/**
 * Convolution of blocked images, or of plain [B, C, H, W] with fewer channels than a block. `inputs`
 * are x, the filter, and optionally a bias a channel and an image to add, "" for none.
 */
export const blockedConvolution = (
  builder: ModelBuilder,
  inputs: readonly string[],
  {
    kernel,
    pads = [0, 0, 0, 0],
    strides = [1, 1],
    dilations = [1, 1],
    group = 1,
    activation,
  }: ConvolutionShape,
): string =>
  nchwc(builder, "Conv", inputs, {
    kernel_shape: { ints: kernel },
    pads: { ints: pads },
    strides: { ints: strides },
    dilations: { ints: dilations },
    group: { int: group },
    ...(activation && { activation: { string: activation } }),
  });

/** Rounded up to whole blocks. */
export const roundUp = (channels: number, block: number): number =>
  Math.ceil(channels / block) * block;
