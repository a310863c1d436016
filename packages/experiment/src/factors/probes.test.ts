import { createKey, fold, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { type BySplit, probeClasses, probeNumbers } from "./probes.js";
import { applyLinear, fitRidges, type Rows } from "./ridge.js";

const COLUMNS = 6;
const noise = (name: string, count: number, columns: number): Rows => ({
  count,
  columns,
  data: normal(fold(createKey(5), name), count * columns),
});
const x: BySplit<Rows> = {
  train: noise("train", 400, COLUMNS),
  validation: noise("validation", 100, COLUMNS),
  test: noise("test", 200, COLUMNS),
};
const bySplit = <T>(make: (rows: Rows) => T): BySplit<T> => ({
  train: make(x.train),
  validation: make(x.validation),
  test: make(x.test),
});
const column = ({ count, columns, data }: Rows, of: number) =>
  Float64Array.from({ length: count }, (_, n) => data[n * columns + of]!);

describe("ridge regression", () => {
  it("finds a linear map, and shrinks it as it gets stronger", () => {
    const y = { count: 400, columns: 1, data: column(x.train, 2).map((value) => 3 * value + 1) };
    const weights = new Float64Array(400).fill(1);
    const [weak, strong] = fitRidges(x.train, y, { weights, strengths: [0, 1] });
    expect(weak!.matrix[2]).toBeCloseTo(3, 6);
    expect(weak!.matrix[0]).toBeCloseTo(0, 6);
    expect(applyLinear(weak!, x.train)[7]).toBeCloseTo(y.data[7]!, 6);
    expect(strong!.matrix[2]).toBeGreaterThan(1);
    expect(strong!.matrix[2]).toBeLessThan(2);
  });

  it("takes inputs that never change", () => {
    const still = { count: 3, columns: 2, data: [1, 0, 1, 1, 1, 2] };
    const y = { count: 3, columns: 1, data: [0, 2, 4] };
    const weights = new Float64Array(3).fill(1);
    const [map] = fitRidges(still, y, { weights, strengths: [0] });
    expect([...applyLinear(map!, still)].map((value) => value.toFixed(4))).toEqual([
      "0.0000",
      "2.0000",
      "4.0000",
    ]);
  });
});

describe("probes", () => {
  it("read what depends linearly on the codes, and not what does not", () => {
    const readable = bySplit((rows) => ({
      count: rows.count,
      columns: 2,
      data: Float64Array.from(
        { length: 2 * rows.count },
        (_, i) => column(rows, i % 2)[i >> 1]! - column(rows, 3)[i >> 1]!,
      ),
    }));
    expect(probeNumbers(x, readable)).toBeGreaterThan(0.999);
    const other = bySplit((rows) => noise(`other ${rows.count}`, rows.count, 1));
    expect(probeNumbers(x, other)).toBeLessThan(0.05);
  });

  it("score classes balanced", () => {
    const labels = bySplit((rows) =>
      Int32Array.from(column(rows, 1), (value) => (value > 1 ? 1 : 0)),
    );
    expect(probeClasses(x, labels, 2)).toBeGreaterThan(0.85);
    // Most images are of class 0: knowing nothing scores a half all the same.
    const shifted = bySplit((rows) =>
      Int32Array.from({ length: rows.count }, (_, n) => Number(n % 5 === 0)),
    );
    const blind = probeClasses(x, shifted, 2)!;
    expect(blind).toBeGreaterThan(0.35);
    expect(blind).toBeLessThan(0.65);
  });

  it("say nothing of classes that were not trained", () => {
    const labels = bySplit((rows) => new Int32Array(rows.count).fill(rows === x.test ? 2 : 0));
    expect(probeClasses(x, labels, 3)).toBeUndefined();
  });
});
