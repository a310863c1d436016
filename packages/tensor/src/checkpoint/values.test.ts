import { describe, expect, it } from "vitest";
import { floatToHalf, readValues } from "./values.js";

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);
/** The float32 next to a positive one, `steps` away. */
const beside = (value: number, steps: number) => {
  single[0] = value;
  bits[0] = bits[0]! + steps;
  return single[0]!;
};

describe("half precision", () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const values = readValues("F16", halves.slice().buffer)!;

  it("gives back every value that it can hold", () => {
    for (const half of halves) {
      const value = values[half]!;
      const noNumber = Number.isNaN(value);
      if (
        noNumber
          ? !Number.isNaN(readValues("F16", Uint16Array.of(floatToHalf(value)).buffer)![0]!)
          : floatToHalf(value) !== half
      )
        expect.fail(`half ${half} is ${value}, which becomes ${floatToHalf(value)}`);
    }
  });

  it("rounds to the nearest, ties to even", () => {
    for (let half = 0; half < 0x7bff; half++) {
      const middle = (values[half]! + values[half + 1]!) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      const got = [beside(middle, -1), middle, beside(middle, 1)].map(floatToHalf);
      if (got.join() !== [half, even, half + 1].join())
        expect.fail(`around ${middle}: expected ${[half, even, half + 1]}, got ${got}`);
    }
    expect(floatToHalf(65519)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
    expect(floatToHalf(-65520)).toBe(0xfc00);
  });
});
