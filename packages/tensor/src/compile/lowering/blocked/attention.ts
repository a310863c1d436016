import type { Value } from "../../graph.js";
import { input } from "../rule.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";

/**
 * ONNX Runtime's GroupQueryAttention: turns queries and keys, writes the new row of the cache and reads
 * the rows up to it. It works in place where the cache is given as its own output, which is what
 * `executable` does with values of the attribute `inPlace`.
 */
const cachedAttention: BlockedRule = (node, { builder, arrays }) => {
  const [mixed, keysAfter, valuesAfter] = node.outputs as [Value, Value, Value];
  const keys = input(node, "keys");
  const projected = input(node, "projected");
  const [batch, groups] = keys.shape as [number, number];
  const sequence = arrays.reshape(arrays.get(projected), [batch, 1, projected.shape[1]!]);
  const position = arrays.get(input(node, "position"));
  // What it calls sequence lengths are the last positions; the cache is as long as one more.
  const last = builder.emit("Expand", [position, builder.ints([batch])]);
  const length = builder.emit("Add", [position, builder.scalar("int32", 1, [1])]);
  const [output, present, presentValues] = builder.emitMany(
    {
      op: "GroupQueryAttention",
      domain: "com.microsoft",
      inputs: [
        sequence,
        "",
        "",
        arrays.get(keys),
        arrays.get(input(node, "values")),
        last,
        length,
        arrays.get(input(node, "cosine")),
        arrays.get(input(node, "sine")),
      ],
      attributes: {
        num_heads: { int: node.attributes.heads as number },
        kv_num_heads: { int: groups },
        do_rotary: { int: 1 },
        rotary_interleaved: { int: 1 },
      },
    },
    3,
  );
  arrays.set(mixed, arrays.reshape(output!, mixed.shape));
  arrays.set(keysAfter, present!);
  arrays.set(valuesAfter, presentValues!);
  return true;
};

export const attentionRules: BlockedRules = { CachedAttention: cachedAttention };
