import { describe, expect, it } from "vitest";
import type { Contrast, SweepRecord } from "../schema/sweep-format.js";
import { contrastSchema } from "../schema/sweep-format.js";
import { fillContrasts, formatContrasts, verdictWords } from "./contrasts.js";
import { contrastsFigure } from "./figures/contrasts-figure.js";
import { htmlContrasts } from "./html/html-table.js";
import { fillTable } from "./table.js";

const folds = ["fold 0", "fold 1", "fold 2", "fold 3", "fold 4"];
const rows = ["VQ", "FQ"];
const rfid = { metric: "tokenizer/test/fid", title: "rFID ↓", goal: "min", digits: 1 };
const other = { metric: "tokenizer/test/random.fid", title: "random rFID ↓", goal: "min" };

const contrast = (changes: Partial<Contrast> = {}) =>
  contrastSchema.parse({
    name: "same-bits",
    claim: "Factorizing helps",
    metric: rfid,
    rows: ["tokenizer"],
    treatment: "FQ",
    baseline: "VQ",
    smallest: 2,
    ...changes,
  });

/** Five folds of two seeds. */
const record = (...contrasts: Contrast[]): SweepRecord => ({
  format: 1,
  name: "findings",
  title: "Findings",
  createdAt: "",
  command: "",
  variant: null,
  seeds: [0, 1],
  axes: { fold: folds, tokenizer: rows },
  repeats: ["fold"],
  points: folds.flatMap((fold) =>
    rows.flatMap((tokenizer) =>
      [0, 1].map((seed) => ({
        label: "",
        slug: "",
        seed,
        axes: { fold, tokenizer },
        stages: { tokenizer: `${tokenizer} ${fold} ${seed}` },
      })),
    ),
  ),
  order: [],
  tables: [],
  contrasts,
});

/** FQ is better by `gain` in the mean; folds differ much, repetitions of a pair by `spread`. */
const numbers =
  ({ gain, spread, second = gain }: { gain: number; spread: number; second?: number }) =>
  (id: string) => {
    const [, tokenizer, fold, seed] = /^(\w+) fold (\d) (\d)$/.exec(id)!;
    const place = Number(fold) - 2 + (Number(seed) - 0.5);
    const better = tokenizer === "FQ" ? 1 : 0;
    const base = 40 + 10 * Number(fold);
    return {
      metrics: {
        "test/fid": base - better * (gain + spread * place),
        "test/random.fid": base - better * second,
      },
      protocols: {},
    };
  };
const verdicts = (given: Parameters<typeof numbers>[0], ...contrasts: Contrast[]) =>
  fillContrasts(record(...contrasts), numbers(given)).map(({ verdict }) => verdict);

describe("a contrast", () => {
  it("pairs folds and seeds, and counts improvement as positive", () => {
    const [filled] = fillContrasts(record(contrast()), numbers({ gain: 5, spread: 1 }));
    expect(filled!.improvement).toMatchObject({ mean: 5, pairs: 10 });
    expect(filled!.byFold!.mean).toBeCloseTo(5, 10);
    expect(filled!.byFold!.pairs).toBe(5);
    // Seeds of a fold are averaged: what varies is the folds' −2, −1, 0, 1, 2.
    expect(filled!.byFold!.high - 5).toBeCloseTo((2.7764451 * Math.sqrt(2.5)) / Math.sqrt(5), 4);
    const table = {
      name: "t",
      title: "T",
      rows: ["tokenizer"],
      where: {},
      columns: [contrast().metric],
      facts: [],
    };
    const cells = fillTable(record(), table, numbers({ gain: 5, spread: 1 }));
    expect(cells.rows[0]!.cells[0]!.values).toHaveLength(10);
    expect(cells.caption).toContain("mean ± std over 5 folds, 2 seeds each");
  });

  it("is supported, opposite, not supported or not resolvable", () => {
    expect(verdicts({ gain: 5, spread: 1 }, contrast())).toEqual(["supported"]);
    expect(verdicts({ gain: -5, spread: 1 }, contrast())).toEqual(["opposite"]);
    expect(verdicts({ gain: 0.2, spread: 0.5 }, contrast())).toEqual(["not supported"]);
    expect(verdicts({ gain: 3, spread: 9 }, contrast())).toEqual(["not resolvable"]);
    // Told from zero, but not from an improvement too small to matter.
    expect(verdicts({ gain: 1.8, spread: 0.5 }, contrast())).toEqual(["not resolvable"]);
  });

  it("needs the second judge to agree", () => {
    const asked = contrast({ agreeing: [contrastSchema.shape.metric.parse(other)] });
    expect(verdicts({ gain: 5, spread: 1 }, asked)).toEqual(["supported"]);
    expect(verdicts({ gain: 5, spread: 1, second: -1 }, asked)).toEqual(["not resolvable"]);
  });

  it("is corrected with its family, those not run included", () => {
    const given = { gain: 3, spread: 1.5 };
    const p = (...contrasts: Contrast[]) =>
      fillContrasts(record(...contrasts), numbers(given))[0]!.p!;
    const alone = p(contrast());
    const others = Array.from({ length: 3 }, () => contrast({ treatment: "none" }));
    expect(p(contrast(), ...others)).toBeCloseTo(4 * alone, 12);
    expect(p(contrast(), contrast({ treatment: "none", family: "another" }))).toBe(alone);
  });
});

it("contrasts are printed with their verdicts", () => {
  const one = record(contrast());
  const filled = fillContrasts(one, numbers({ gain: 5, spread: 1 }));
  const text = formatContrasts(one, filled, "text");
  expect(text).toContain("same-bits: FQ against VQ");
  expect(text).toMatch(/rFID ↓ +5\.0 \[3\.9, 6\.1\] .* 10 .* supported$/m);
  expect(formatContrasts(one, filled, "csv").split("\n")[1]).toMatch(
    /^same-bits,FQ,VQ,tokenizer\/test\/fid,5,.*,supported$/,
  );
  const none = fillContrasts(one, () => undefined);
  expect(formatContrasts(one, none, "markdown")).toMatch(/\| not run \|$/m);
});

it("contrasts are drawn on one axis, in smallest effects that matter", () => {
  const one = record(
    contrast(),
    contrast({ name: "small", smallest: 0.5 }),
    contrast({ name: "<b>", treatment: "none" }),
  );
  const filled = fillContrasts(one, numbers({ gain: 5, spread: 1 }));
  const svg = contrastsFigure(one, filled)!;
  // The second lies beyond the axis: an arrow says so. The third has not run.
  expect(svg.match(/<circle/g)).toHaveLength(1);
  expect(svg.match(/<path/g)).toHaveLength(1);
  expect(svg).toContain("not run");
  expect(svg).toContain("&lt;b&gt;: none against VQ");
  const page = htmlContrasts(one, filled);
  expect(page).toContain(svg);
  expect(page).toContain("<td>supported</td>");
  expect(
    contrastsFigure(
      one,
      fillContrasts(one, () => undefined),
    ),
  ).toBeUndefined();
  expect(htmlContrasts(record(), [])).toBe("");
  // Any effect matters: there is no unit to draw it in.
  const any = record(contrast({ smallest: 0 }));
  const anyFilled = fillContrasts(any, numbers({ gain: 5, spread: 1 }));
  expect(anyFilled[0]!.verdict).toBe("supported");
  expect(contrastsFigure(any, anyFilled)).toBeUndefined();
});

it("a verdict says where the folds' interval holds zero and the other does not", () => {
  const interval = (low: number, high: number) => ({ mean: (low + high) / 2, low, high, pairs: 5 });
  const of = (byFold: ReturnType<typeof interval>) =>
    verdictWords({ verdict: "supported", improvement: interval(1, 3), byFold } as never);
  expect(of(interval(0.5, 3.5))).toBe("supported");
  expect(of(interval(-0.5, 4.5))).toBe("supported, zero within the folds' interval");
});
