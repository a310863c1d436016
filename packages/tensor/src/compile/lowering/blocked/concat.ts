import { output } from "../rule.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";

const CHANNELS = 3;

/** Channels after one another are whole blocks after one another. */
const concat: BlockedRule = (node, { builder, arrays }) => {
  const parts = Object.values(node.inputs);
  if (node.attributes.axis !== CHANNELS || !parts.every((part) => arrays.fits(part))) return false;
  if (!parts.some((part) => arrays.isBlocked(part))) return false;
  const names = parts.map((part) => arrays.getBlocked(part));
  arrays.setBlocked(output(node), builder.emit("Concat", names, { axis: { int: 1 } }));
  return true;
};

export const concatRules: BlockedRules = { Concat: concat };
