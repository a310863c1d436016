import { hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { CodePerturber } from "./perturb-codes.js";

/** Ten codes on a line. */
const vectors = {
  book: { rows: 10, columns: 1, data: Float32Array.from({ length: 10 }, (_, i) => i) },
};
const codes = { book: hostTensor(new Int32Array(4000).fill(5), [4, 1000]) };

it("replaces the stated share, evenly by the nearest codes", () => {
  const perturber = new CodePerturber(vectors, { rate: 0.6, neighbours: 3, seed: 1 });
  const { data } = perturber.perturb(codes, 0).book!;
  const share = (code: number) => data.filter((other) => other === code).length / data.length;
  // A third of the replaced codes draw themselves.
  expect(share(5)).toBeCloseTo(0.4 + 0.2, 1);
  expect(share(4)).toBeCloseTo(0.2, 1);
  expect(share(6)).toBeCloseTo(0.2, 1);
});

it("changes an image alike in every batch, and nothing at rate 0", () => {
  const perturber = new CodePerturber(vectors, { rate: 0.6, neighbours: 3, seed: 1 });
  const whole = perturber.perturb(codes, 0).book!.data;
  const last = { book: hostTensor(new Int32Array(1000).fill(5), [1, 1000]) };
  expect(perturber.perturb(last, 3).book!.data).toEqual(whole.slice(3000));
  const still = new CodePerturber(vectors, { rate: 0, neighbours: 3, seed: 1 });
  expect(still.perturb(codes, 0).book!.data).toEqual(codes.book.data);
});

it("refuses more neighbours than codes", () => {
  expect(() => new CodePerturber(vectors, { rate: 0.5, neighbours: 11, seed: 1 })).toThrow(
    /pfid: expected at most 10 neighbours, the size of codebook "book", got 11/,
  );
});
