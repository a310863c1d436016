import { expect, it } from "vitest";
import { createTsne } from "./tsne.js";

it("puts points of one cluster together, the same way every time", () => {
  // three clusters of 60, more than the perplexity of 30 in five dimensions
  const points = Array.from({ length: 180 }, (_, i) =>
    Array.from({ length: 5 }, (_, d) => (d === i % 3 ? 10 : 0) + 0.1 * Math.sin(i * 7 + d)),
  );
  const run = () => {
    const tsne = createTsne(points);
    while (tsne.iteration < 200) tsne.step();
    return tsne.places;
  };
  const places = run();
  const distance = (i: number, j: number) =>
    Math.hypot(places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!);
  let within = 0;
  let between = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 180; i++)
    for (let j = i + 1; j < 180; j++)
      if (i % 3 === j % 3) within = Math.max(within, distance(i, j));
      else between = Math.min(between, distance(i, j));
  expect(between).toBeGreaterThan(within);
  expect(run()).toEqual(places);
});
