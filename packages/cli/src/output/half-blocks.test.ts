import { expect, it } from "vitest";
import { halfBlocks } from "./half-blocks.js";

const picture = (width: number, height: number) => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 256),
});

it("shows two rows of pixels a line", () => {
  const lines = halfBlocks(picture(2, 4), 80);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe(
    "\u001b[38;2;0;1;2m\u001b[48;2;6;7;8m▀\u001b[38;2;3;4;5m\u001b[48;2;9;10;11m▀\u001b[0m",
  );
});

it("makes wide pictures fit", () => {
  const lines = halfBlocks(picture(100, 50), 20);
  expect(lines).toHaveLength(5);
  expect(lines[0]!.split("▀")).toHaveLength(21);
});
