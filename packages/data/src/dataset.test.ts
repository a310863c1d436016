import { expect, it } from "vitest";
import { requireImages } from "./dataset.js";

it("names the splits that are empty, and what to do", () => {
  const counts = { train: 240, validation: 0, test: 0 };
  expect(() => requireImages("photos-64", counts)).toThrow(
    "data set photos-64: expected images for validation and test, got 240 train, 0 validation, 0 test; " +
      "a folder needs all of train/, val/ and test/, or none of them and enough images to divide 80/10/10",
  );
  expect(() => requireImages("photos-64", counts, ["train", "validation"])).toThrow(
    /expected images for validation, got/,
  );
  expect(() => requireImages("photos-64", counts, ["train"])).not.toThrow();
});
