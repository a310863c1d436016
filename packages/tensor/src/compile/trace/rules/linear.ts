import { tf } from "../../../tf-core.js";
import type { Value } from "../../graph.js";
import { type KernelCall, type TraceRules, take } from "../rule.js";

/** Attributes of every convolution and pooling after tracing: explicit padding, sides first. */
export interface WindowAttributes {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
  /** Rows and columns of the filter or window. */
  readonly window: readonly [number, number];
}

/** tfjs's options of convolutions and pooling. */
interface Options {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dilations?: [number, number] | number;
  readonly filterSize: [number, number] | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dataFormat?: "NHWC" | "NCHW";
}

type Shape4 = [number, number, number, number];
type Info = tf.backend_util.Conv2DInfo;

const windowOf = (info: Info): WindowAttributes => {
  const { top, bottom, left, right } = info.padInfo;
  return {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    padding: { top, bottom, left, right },
    window: [info.filterHeight, info.filterWidth],
  };
};

function convInfo(
  { attributes }: KernelCall,
  shapes: { x: readonly number[]; filter: readonly number[]; depthwise?: boolean },
): Info {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attributes as unknown as Options;
  if (dataFormat === "NCHW")
    throw new Error("expected channels-last images (NHWC), got NCHW; transpose them first");
  return tf.backend_util.computeConv2DInfo(
    shapes.x as Shape4,
    shapes.filter as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    shapes.depthwise ?? false,
  );
}

const float = (shape: readonly number[]) => ({ type: "float32" as const, shape });

const convolution =
  (op: string, depthwise: boolean) =>
  (call: KernelCall): Value => {
    const [x, filter] = take(call, "x", "filter") as [Value, Value];
    const info = convInfo(call, { x: x.shape, filter: filter.shape, depthwise });
    return call.recorder.add(op, { x, filter }, { ...windowOf(info) }, float(info.outShape));
  };

function backpropInput(call: KernelCall): Value {
  const [dy, filter] = take(call, "dy", "filter") as [Value, Value];
  const shape = call.attributes.inputShape as number[];
  const attributes = { ...windowOf(convInfo(call, { x: shape, filter: filter.shape })) };
  return call.recorder.add("Conv2DBackpropInput", { dy, filter }, attributes, float(shape));
}

function backpropFilter(call: KernelCall): Value {
  const [x, dy] = take(call, "x", "dy") as [Value, Value];
  const shape = call.attributes.filterShape as number[];
  const attributes = { ...windowOf(convInfo(call, { x: x.shape, filter: shape })) };
  return call.recorder.add("Conv2DBackpropFilter", { x, dy }, attributes, float(shape));
}

function poolInfo({ attributes }: KernelCall, x: Value): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as Options;
  return tf.backend_util.computePool2DInfo(
    x.shape as Shape4,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

const pool =
  (op: string) =>
  (call: KernelCall): Value => {
    const [x] = take(call, "x") as [Value];
    const info = poolInfo(call, x);
    return call.recorder.add(op, { x }, { ...windowOf(info) }, float(info.outShape));
  };

const poolGradient =
  (op: string) =>
  (call: KernelCall): Value => {
    const [input] = take(call, "input") as [Value];
    const attributes = { ...windowOf(poolInfo(call, input)) };
    return call.recorder.add(op, call.inputs, attributes, float(input.shape));
  };

function matmul(call: KernelCall): Value {
  const [a, b] = take(call, "a", "b") as [Value, Value];
  const transposeA = Boolean(call.attributes.transposeA);
  const transposeB = Boolean(call.attributes.transposeB);
  const batch = tf.backend_util.assertAndGetBroadcastShape(
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  const shape = [...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
  return call.recorder.add("BatchMatMul", { a, b }, { transposeA, transposeB }, float(shape));
}

export const linearRules: TraceRules = {
  Conv2D: convolution("Conv2D", false),
  DepthwiseConv2dNative: convolution("DepthwiseConv2dNative", true),
  Conv2DBackpropInput: backpropInput,
  Conv2DBackpropFilter: backpropFilter,
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AvgPool"),
  MaxPoolGrad: poolGradient("MaxPoolGrad"),
  AvgPoolGrad: poolGradient("AvgPoolGrad"),
  BatchMatMul: matmul,
};
