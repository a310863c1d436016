import { input, output } from "../rule.js";
import { type BlockedRule, type BlockedRules, windowOf } from "./blocked-rule.js";
import { nchwc } from "./nchwc.js";

/** ONNX Runtime's blocked pooling; at the border it averages real pixels only, as tfjs does. */
const pool =
  (op: "MaxPool" | "AveragePool"): BlockedRule =>
  (node, { builder, arrays }) => {
    const x = input(node, "x");
    if (!arrays.isBlocked(x)) return false;
    const { strides, padding, window } = windowOf(node);
    const { top, left, bottom, right } = padding;
    const y = nchwc(builder, op, [arrays.getBlocked(x)], {
      kernel_shape: { ints: window },
      pads: { ints: [top, left, bottom, right] },
      strides: { ints: strides },
    });
    arrays.setBlocked(output(node), y);
    return true;
  };

export const poolRules: BlockedRules = { MaxPool: pool("MaxPool"), AvgPool: pool("AveragePool") };
