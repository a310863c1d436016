import { expect, it } from "vitest";
import { dealFolds, FOLDS, type Group, splitOfFold } from "./grouped-folds.js";

const groups: Group[] = Array.from({ length: 40 }, (_, i) => ({
  name: `group ${i}`,
  stratum: i % 2 === 0 ? "people" : "food",
  images: 1 + (i % 7),
}));
const images = (chosen: readonly Group[]) => chosen.reduce((sum, group) => sum + group.images, 0);
const options = { salt: "test", isValidation: (name: string) => name.endsWith("0") };

it("deals every group to one fold, about as many images of each stratum to each", () => {
  const dealt = dealFolds(groups, { folds: FOLDS, salt: "test" });
  expect(dealt.size).toBe(groups.length);
  for (const stratum of ["people", "food"]) {
    const counts = Array.from({ length: FOLDS }, (_, fold) =>
      images(groups.filter((group) => group.stratum === stratum && dealt.get(group.name) === fold)),
    );
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  }
  expect([...dealFolds([...groups].reverse(), { folds: FOLDS, salt: "test" })].sort()).toEqual(
    [...dealt].sort(),
  );
  expect(dealFolds(groups, { folds: FOLDS, salt: "other" })).not.toEqual(dealt);
});

it("tests every group in one fold but those for validation, which are the same in all", () => {
  const splits = Array.from({ length: FOLDS }, (_, fold) =>
    splitOfFold(groups, { ...options, fold }),
  );
  for (const { name } of groups) {
    const found = splits.map((splitOf) => splitOf(name)).sort();
    const expected = name.endsWith("0")
      ? new Array(FOLDS).fill("validation")
      : ["test", ...new Array(FOLDS - 1).fill("train")];
    expect(found).toEqual(expected);
  }
  expect(splits[0]!("no group")).toBe("train");
});
