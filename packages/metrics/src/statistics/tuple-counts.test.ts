import { createKey, uniform } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { TupleCounts } from "./tuple-counts.js";

const numbers = Array.from(uniform(createKey(4), 60_000), (u) => Math.floor(u * u * 3000));

function mapOf(values: readonly number[]) {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]);
}
const rowsOf = (counts: TupleCounts) => {
  const table = counts.table();
  return Array.from(table.values, (value, i) => [value, table.counts[i]]);
};

it("counts as a map does, whole and merged", () => {
  const [whole, first, second] = [new TupleCounts(), new TupleCounts(), new TupleCounts()];
  numbers.forEach((value, i) => {
    whole.add(value);
    (i < 20_000 ? first : second).add(value);
  });
  const expected = mapOf(numbers);
  expect(rowsOf(whole)).toEqual(expected);
  const { values, counts } = second.table();
  first.merge(values, counts);
  expect(rowsOf(first)).toEqual(expected);
});
