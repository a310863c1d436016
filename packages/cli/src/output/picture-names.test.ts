import { expect, it } from "vitest";
import { pictureNames } from "./picture-names.js";

it("keeps letters and digits of any script, one dash for anything else", () => {
  expect(pictureNames(["arts & crafts", "犬", "猫", "Größe 2"])).toEqual([
    "arts-crafts-000.png",
    "犬-000.png",
    "猫-000.png",
    "größe-2-000.png",
  ]);
});

it("gives no two pictures the same name, where classes differ in case or are named twice", () => {
  expect(pictureNames(["Cat", "Cat", "cat", "dog", "cat!", "Cat"])).toEqual([
    "cat-000.png",
    "cat-001.png",
    "cat-002.png",
    "dog-000.png",
    "cat--000.png",
    "cat-003.png",
  ]);
});
