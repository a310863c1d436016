import type { Dataset } from "@fqgan/data";
import { hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { classScores } from "./class-scores.js";
import { judgeClasses } from "./judge-classes.js";

const judge = {
  name: "tiny",
  classes: ["cat", "dog", "rose", "red"],
  extract: async () => ({
    features: hostTensor(new Float32Array(2), [2, 1]),
    logits: hostTensor(Float32Array.from([1, 2, 3, 1, 100, 1, 1e-9, 1], Math.log), [2, 4]),
  }),
};
const dataset = (classes: string[]) =>
  ({
    classes,
    splits: {
      train: {
        labels: Int32Array.of(0, 0, 1, 0),
        attributes: { kind: ["cat", "dog", "rose", "cat"], note: ["", "?", "!", ""] },
      },
    },
  }) as unknown as Dataset;

it("finds classes by name, or by an attribute of their images", () => {
  expect(judgeClasses(dataset(["animals", "plants"]), judge)).toEqual([[0, 1], [2]]);
  expect(judgeClasses(dataset(["red", "plants"]), judge)).toEqual([[3], [2]]);
  expect(() => judgeClasses(dataset(["animals", "plants", "cars"]), judge)).toThrow(
    '"tiny" knows nothing of the class "cars"; it knows cat, dog, rose, red',
  );
  expect(() => judgeClasses(dataset(["a"]), { name: "pixels" })).toThrow("which does not");
});

it("scores an image by the probability of all that its class is made of", async () => {
  const images = hostTensor(new Float32Array(2 * 12), [2, 2, 2, 3]);
  const [animals, plants] = await classScores(judge, {
    images,
    labels: [0, 1],
    members: [[0, 1], [2]],
  });
  expect(Math.exp(animals!)).toBeCloseTo(3 / 7, 6);
  expect(plants).toBeCloseTo(Math.log(1e-9 / 102), 4);
});
