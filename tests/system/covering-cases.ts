import type { Case } from "../../packages/tensor/src/compile/conformance/case.js";
import { families, kernelsOf } from "../../packages/tensor/src/compile/conformance/suite.js";

const elements = ({ inputs }: Case) =>
  Object.values(inputs).reduce((sum, { data }) => sum + data.length, 0);

/** What a case tries: kernels, each with the type of what it is given first, and whether that has many axes. */
function tries(tried: Case): string[] {
  const [first] = Object.values(tried.inputs);
  const { dtype, shape } = first!;
  // Floats of few axes are no harder than floats of many.
  const axes = dtype !== "float32" && shape.length > 2 ? "of many axes" : "";
  return kernelsOf(tried).map((kernel) => `${kernel} ${dtype} ${axes}`);
}

/** Few and small cases of the conformance suite that together try every kernel on every type that any case does. */
export function coveringCases(): Case[] {
  const covered = new Set<string>();
  const chosen: Case[] = [];
  for (const tried of Object.values(families)
    .flat()
    .toSorted((a, b) => elements(a) - elements(b))) {
    const fresh = tries(tried).filter((what) => !covered.has(what));
    // One element shows nothing of how elements are found.
    if (fresh.length === 0 || elements(tried) === 1) continue;
    for (const what of fresh) covered.add(what);
    chosen.push(tried);
  }
  return chosen;
}
