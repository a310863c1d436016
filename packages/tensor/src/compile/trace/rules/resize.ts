import type { Value } from "../../graph.js";
import { type TraceRule, type TraceRules, take } from "../rule.js";

const resize =
  (op: string): TraceRule =>
  (call) => {
    const [images] = take(call, "images") as [Value];
    const { alignCorners, halfPixelCenters, size } = call.attributes as {
      alignCorners: boolean;
      halfPixelCenters: boolean;
      size: [number, number];
    };
    const [batch, , , channels] = images.shape as [number, number, number, number];
    const outline = { type: "float32" as const, shape: [batch, ...size, channels] };
    return call.recorder.add(op, { images }, { alignCorners, halfPixelCenters }, outline);
  };

const resizeGradient =
  (op: string): TraceRule =>
  (call) => {
    const [images, dy] = take(call, "images", "dy") as [Value, Value];
    const { alignCorners, halfPixelCenters } = call.attributes;
    const outline = { type: "float32" as const, shape: images.shape };
    return call.recorder.add(op, { dy }, { alignCorners, halfPixelCenters }, outline);
  };

export const resizeRules: TraceRules = {
  ResizeNearestNeighbor: resize("ResizeNearestNeighbor"),
  ResizeBilinear: resize("ResizeBilinear"),
  ResizeNearestNeighborGrad: resizeGradient("ResizeNearestNeighborGrad"),
  ResizeBilinearGrad: resizeGradient("ResizeBilinearGrad"),
};
