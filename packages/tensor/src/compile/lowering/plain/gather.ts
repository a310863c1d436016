import { sizeOf } from "../../graph.js";
import { onnxTypeCode } from "../builder.js";
import { input, type LowerRules, output } from "../rule.js";

export const gatherRules: LowerRules = {
  GatherV2: (node, { builder, arrays }) => {
    const x = input(node, "x");
    const indices = input(node, "indices");
    const { axis, batchDims } = node.attributes as { axis: number; batchDims: number };
    const y = output(node);
    if (batchDims === 0) {
      const names = [arrays.get(x), arrays.get(indices)];
      arrays.set(y, builder.emit("Gather", names, { axis: { int: axis } }));
      return;
    }
    const places = builder.emit("Unsqueeze", [arrays.get(indices), builder.ints([-1])]);
    const names = [arrays.get(x), wide(builder, places)];
    arrays.set(y, builder.emit("GatherND", names, { batch_dims: { int: batchDims } }));
  },
  GatherNd: (node, { builder, arrays }) => {
    const indices = wide(builder, arrays.get(input(node, "indices")));
    const names = [arrays.get(input(node, "params")), indices];
    arrays.set(output(node), builder.emit("GatherND", names));
  },
  ScatterNd: (node, { builder, arrays }) => {
    const y = output(node);
    const zeros = builder.emit("Expand", [builder.scalar(y.type, 0), builder.ints(y.shape)]);
    const indices = wide(builder, arrays.get(input(node, "indices")));
    const names = [zeros, indices, arrays.get(input(node, "updates"))];
    arrays.set(y, builder.emit("ScatterND", names, { reduction: { string: "add" } }));
  },
  TensorScatterUpdate: (node, { builder, arrays }) => {
    const indices = wide(builder, arrays.get(input(node, "indices")));
    const names = [arrays.get(input(node, "tensor")), indices, arrays.get(input(node, "updates"))];
    arrays.set(output(node), builder.emit("ScatterND", names));
  },
  UnsortedSegmentSum: (node, { builder, arrays }) => {
    const x = input(node, "x");
    const ids = input(node, "segmentIds");
    const y = output(node);
    const count = sizeOf(ids.shape);
    const rows = arrays.reshape(arrays.get(x), [count, ...y.shape.slice(1)]);
    const places = wide(builder, arrays.reshape(arrays.get(ids), [count, 1]));
    const zeros = builder.emit("Expand", [builder.scalar(y.type, 0), builder.ints(y.shape)]);
    const sums = builder.emit("ScatterND", [zeros, places, rows], { reduction: { string: "add" } });
    arrays.set(y, sums);
  },
  OneHot: (node, { builder, arrays }) => {
    const { depth, onValue, offValue } = node.attributes as Record<string, number>;
    const y = output(node);
    // ONNX counts a negative index from the end; tfjs makes a row of off-values of it. Comparing does too.
    const classes = builder.constant({
      type: "int32",
      shape: [depth!],
      data: Int32Array.from({ length: depth! }, (_, index) => index),
    });
    const column = builder.emit("Unsqueeze", [
      arrays.get(input(node, "indices")),
      builder.ints([-1]),
    ]);
    const hits = builder.emit("Equal", [column, classes]);
    const values = [builder.scalar(y.type, onValue!), builder.scalar(y.type, offValue!)];
    arrays.set(y, builder.emit("Where", [hits, ...values]));
  },
};

/** int32 indices as int64, where ONNX insists. */
const wide = (builder: Parameters<LowerRules[string]>[1]["builder"], name: string) =>
  builder.emit("Cast", [name], { to: { int: onnxTypeCode.int64 } });
