import { type GraphNode, sameShape, sizeOf, type Value } from "../../graph.js";
import type { Arrays } from "../arrays.js";
import { isNatural, type Layout, natural, sameLayout } from "../layout.js";
import { output } from "../rule.js";

/**
 * The layout in which an elementwise node is best computed: that of its full-size inputs which asks
 * for the fewest elements to be transposed; of equals the one that is not the graph's own, since
 * what comes next is then most often a convolution.
 */
export function commonLayout(node: GraphNode, arrays: Arrays): Layout {
  const { shape } = output(node);
  const full = Object.values(node.inputs).filter((value) => sameShape(value.shape, shape));
  const choices = full.map((value) => arrays.layoutOf(value));
  let best: Layout = natural(shape.length);
  let least = Number.POSITIVE_INFINITY;
  for (const layout of choices) {
    const cost = full.reduce((sum, value) => sum + moved(value, layout, arrays), 0);
    if (cost < least || (cost === least && isNatural(best))) {
      best = layout;
      least = cost;
    }
  }
  return best;
}

const moved = (value: Value, layout: Layout, arrays: Arrays): number =>
  arrays.layoutsOf(value).some((known) => sameLayout(known, layout)) ? 0 : sizeOf(value.shape);
