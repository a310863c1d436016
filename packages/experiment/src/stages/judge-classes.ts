import type { Dataset } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { UserError } from "@fqgan/registry";

/**
 * Which of a classifier's classes each class of a data set is made of, as indices: the one of the same
 * name, or those that an attribute of its training images names (emoji groups have subcategories).
 */
export function judgeClasses(
  { classes, splits }: Pick<Dataset, "classes" | "splits">,
  judge: Pick<Extractor, "name" | "classes">,
): number[][] {
  const { classes: known } = judge;
  if (!known)
    throw new UserError(
      `rejection sampling: expected a network that classifies, got "${judge.name}", which does not`,
    );
  const { labels, attributes } = splits.train;
  const members = (label: number) => {
    const own = known.indexOf(classes[label]!);
    if (own >= 0) return [own];
    const found = Object.values(attributes).flatMap((values) =>
      values.flatMap((value, i) => (labels[i] === label ? [known.indexOf(value)] : [])),
    );
    return [...new Set(found)].filter((index) => index >= 0);
  };
  return classes.map((name, label) => {
    const found = members(label);
    if (found.length > 0) return found;
    throw new UserError(
      `rejection sampling: "${judge.name}" knows nothing of the class "${name}"; it knows ${known.join(", ")}`,
    );
  });
}
