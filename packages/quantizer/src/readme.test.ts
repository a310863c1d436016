import { readFileSync } from "node:fs";
import { createKey, tf } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { compositions, createQuantizer, quantizers } from "./index.js";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

it("the README prints its example as it is, and it runs", async () => {
  expect(read("../README.md")).toContain(read("./readme.example.ts").trim());
  const { decoderInput, losses, again, report, comparison } = await import("./readme.example.js");
  expect(losses).toEqual(["codebook", "commitment", "entropy"]);
  expect(again.dataSync()).toEqual(decoderInput.dataSync());
  expect(report.positions).toBe(100);
  const [single, product] = Object.values(comparison);
  expect(product!.relativeDistortion).toBeLessThan(single!.relativeDistortion);
});

it("the README names every strategy and composition with its paper", () => {
  const readme = read("../README.md");
  for (const { name, reference } of [...quantizers.list(), ...compositions.list()]) {
    expect(readme).toContain(`\`${name}\``);
    expect(readme).toContain(reference);
  }
});

it("the README prints its quantizer of one's own as it is, and the registry takes it", async () => {
  expect(read("../README.md")).toContain(read("./readme.own.example.ts").trim());
  const { grid } = await import("./readme.own.example.js");
  expect(quantizers.names()).toContain(grid.name);
  const quantizer = createQuantizer({ name: "grid", size: 8 }, createKey(0));
  const { indices } = quantizer.quantize(tf.tensor2d([[2.4], [9], [-1]]), { training: false });
  expect([...indices.dataSync()]).toEqual([2, 7, 0]);
  expect([...quantizer.lookup(indices).dataSync()]).toEqual([2, 7, 0]);
});
