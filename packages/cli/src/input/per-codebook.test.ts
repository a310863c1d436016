import { expect, it } from "vitest";
import { interval, perCodebook, share } from "./per-codebook.js";

const parse = perCodebook("--guidance");

it.each([
  ["2", 2],
  ["2, 1.5", [2, 1.5]],
  ["visual=2,semantic=0", { visual: 2, semantic: 0 }],
])("reads %s", (text, value) => expect(parse(text)).toEqual(value));

it.each(["", "two", "2,", "2,semantic=1", "visual=", "visual=x"])("refuses %s", (text) =>
  expect(() => parse(text)).toThrow(`--guidance: expected a number, a list`),
);

it("reads intervals and shares, and refuses what is none", () => {
  expect(interval("--i")("3:64")).toEqual([3, 64]);
  for (const text of ["3", "3:3", "a:b", "5:2"])
    expect(() => interval("--i")(text)).toThrow("--i: expected first:end");
  expect(share("--accept")("0.25")).toBe(0.25);
  for (const text of ["0", "1.5", "x"])
    expect(() => share("--accept")(text)).toThrow("--accept: expected a share");
});
