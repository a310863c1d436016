import { centreCrop, type Image, tenCrop } from "@fqgan/image";
import { expect, it } from "vitest";
import { cropPlans } from "./crop-plans.js";
import { takeView } from "./view.js";

const noise = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + i * i) % 256),
});

it.each([
  [40, 23, 20, 1.1],
  [20, 31, 20, 1.1],
  [33, 33, 16, 1.5],
  [25, 40, 17, 1.2],
])("takes the ten crops of a %d×%d image, %d wide, range %d", (width, height, size, range) => {
  const image = noise(width, height);
  const expected = tenCrop(centreCrop(image, Math.trunc(size * range)), size);
  const views = cropPlans.get("ten-crop").views({ name: "ten-crop", range }, size);
  expect(views.map((view) => takeView(image, size, view))).toEqual(expected);
});

it("takes the evaluation's crop alone by default", () => {
  const image = noise(30, 20);
  const [view, ...rest] = cropPlans.get("centre").views({ name: "centre" }, 16);
  expect(rest).toEqual([]);
  expect(takeView(image, 16, view!)).toEqual(centreCrop(image, 16));
});
