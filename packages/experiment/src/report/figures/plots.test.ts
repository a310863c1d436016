import { expect, it } from "vitest";
import { planSweep } from "../../sweep/plan.js";
import { sweepFileSchema } from "../../sweep/sweep-file.js";
import { fillPlots, plotFigures } from "./plots.js";

const size = "tokenizer.model.codebooks.visual.quantizer.size";
const planWith = (lines: Record<string, string | string[]>, y = "psnr") =>
  planSweep(
    sweepFileSchema.parse({
      name: "sizes",
      base: {
        until: "tokenizer",
        data: { name: "emoji", size: 32 },
        tokenizer: { preset: "vqgan-mini", train: { steps: 1, batchSize: 1 } },
      },
      seeds: [0, 1],
      axes: { code: { small: { [size]: 16 }, middle: { [size]: 64 }, large: { [size]: 256 } } },
      plots: [{ name: "rate", title: "PSNR <by> bits", x: "bits", y, rows: "code", lines }],
    }),
    { command: "fqgan" },
  ).record;

const record = planWith({ VQ: ["large", "small"], other: "middle" });
const summaryOf = (id: string) => {
  const point = record.points.find(({ stages }) => stages.tokenizer === id)!;
  const bits = { small: 256, middle: 384, large: 512 }[point.axes.code!]!;
  const psnr = bits / 32 + point.seed;
  return { metrics: { bitsPerImage: bits, "test/psnr": psnr }, protocols: {} };
};

it("joins rows to lines, with deviations over seeds", () => {
  const [filled] = fillPlots(record, summaryOf);
  expect(filled!.lines).toEqual([
    {
      name: "VQ",
      points: [
        { x: 512, y: 16.5, deviation: Math.SQRT1_2, label: "large" },
        { x: 256, y: 8.5, deviation: Math.SQRT1_2, label: "small" },
      ],
    },
    { name: "other", points: [{ x: 384, y: 12.5, deviation: Math.SQRT1_2, label: "middle" }] },
  ]);
  const [figure] = plotFigures(record, summaryOf);
  expect(figure!.name).toBe("plot-rate");
  expect(figure!.svg).toContain("PSNR &lt;by&gt; bits: PSNR ↑");
  // From left to right, whatever the order in the file.
  const path = /<polyline[^>]*points="([\d.]+),[\d.]+ ([\d.]+),/.exec(figure!.svg)!;
  expect(Number(path[1])).toBeLessThan(Number(path[2]));
  expect(figure!.svg).not.toContain("NaN");
});

it("shows shares in percent", () => {
  const usage = planWith({ VQ: ["large"] }, "usage");
  const [filled] = fillPlots(usage, () => ({
    metrics: { bitsPerImage: 512, "test/usage": 0.25 },
    protocols: {},
  }));
  expect(filled).toMatchObject({ title: "PSNR <by> bits: usage ↑, %", y: "usage ↑, %" });
  expect(filled!.lines[0]!.points[0]).toMatchObject({ x: 512, y: 25, deviation: 0 });
});

it("leaves out what has not run", () => {
  const [filled] = fillPlots(record, (id) =>
    record.points.find(({ stages }) => stages.tokenizer === id)!.axes.code === "small"
      ? summaryOf(id)
      : undefined,
  );
  expect(filled!.lines.map(({ name, points }) => [name, points.length])).toEqual([["VQ", 1]]);
  expect(fillPlots(record, () => undefined)).toEqual([]);
});

it("refuses rows and columns that are not there", () => {
  expect(() => planWith({ VQ: ["lrge"] })).toThrow(
    /plot rate: no row "lrge"; did you mean "large"\?/,
  );
  expect(() => planWith({ VQ: "large" }, "psnrr")).toThrow(/plot rate: unknown column "psnrr"/);
});
