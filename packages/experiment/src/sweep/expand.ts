import { nearest, parseConfig, UserError } from "@fqgan/registry";
import * as z from "zod";
import { composePatches, type Data, type DataRecord, expandPaths } from "../schema/merge.js";
import { matches } from "./matches.js";
import type { SweepFile } from "./sweep-file.js";

/** One value of an axis: its label and what it changes. */
interface AxisValue {
  readonly label: string;
  readonly patch: DataRecord;
}

/** A point of the grid before its config is checked. */
export interface GridPoint {
  /** Axis → label of its value, in the file's order. */
  readonly axes: Readonly<Record<string, string>>;
  readonly seed: number;
  /** The experiment's config as data; null where something is to be removed. */
  readonly config: DataRecord;
}

/** Axis → its values' labels, in the file's order. */
export function axisLabels(file: SweepFile): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(axisValues(file)).map(([axis, values]) => [
      axis,
      values.map((value) => value.label),
    ]),
  );
}

function axisValues({ axes, name }: SweepFile): Record<string, AxisValue[]> {
  return Object.fromEntries(
    Object.entries(axes).map(([axis, values]) => [
      axis,
      Array.isArray(values)
        ? values.map((value) => ({
            label: String(value),
            patch: expandPaths({ [axis]: value }, `${name}: axis ${axis}`),
          }))
        : Object.entries(values).map(([label, patch]) => ({
            label,
            patch: expandPaths(patch, `${name}: axis ${axis}, value ${label}`),
          })),
    ]),
  );
}

/** A condition that names an axis or a value that does not exist would silently match nothing. */
function checkCondition(
  condition: Readonly<Record<string, readonly string[]>>,
  labels: Record<string, string[]>,
  where: string,
): void {
  const refuse = (what: string, word: string, known: string[]) => {
    const near = nearest(word, known);
    throw new UserError(
      `${where}: unknown ${what} "${word}"; ${near ? `did you mean "${near}"? ` : ""}` +
        `known: ${known.join(", ")}`,
    );
  };
  for (const [axis, values] of Object.entries(condition)) {
    const known = labels[axis];
    if (!known) refuse("axis", axis, Object.keys(labels));
    for (const value of values)
      if (!known!.includes(value)) refuse(`value of axis ${axis}`, value, known!);
  }
}

/** Added to a point's seeds: folds that start from weights of their own are truer repetitions than those that share them. */
const seedOffsetSchema = z.int().min(0).default(0);

/** Every combination of the axes' values that is not excluded, for every seed. */
export function expandSweep(
  file: SweepFile,
  { base, variant, overrides }: { base: DataRecord; variant?: string; overrides?: DataRecord },
): GridPoint[] {
  const labels = axisLabels(file);
  file.exclude.forEach((condition, i) => {
    checkCondition(condition, labels, `${file.name}: exclude.${i}`);
  });
  const areAxes = (axes: readonly string[], where: string) =>
    checkCondition(Object.fromEntries(axes.map((axis) => [axis, []])), labels, where);
  const selections = [
    ...file.tables.map((table) => ({ ...table, what: `table ${table.name}` })),
    ...file.contrasts.map((contrast) => ({ ...contrast, what: `contrast ${contrast.name}` })),
    ...file.plots.map((plot) => ({ ...plot, what: `plot ${plot.name}` })),
  ];
  for (const { what, where, rows } of selections) {
    checkCondition(where, labels, `${file.name}: ${what}, where`);
    areAxes(rows, `${file.name}: ${what}, rows`);
  }
  areAxes(file.repeats, `${file.name}: repeats`);
  const variantPatch = variant === undefined ? {} : file.variants[variant];
  if (!variantPatch)
    throw new UserError(
      `${file.name}: no variant "${variant}"; known: ${Object.keys(file.variants).join(", ") || "none"}`,
    );
  let grid: { axes: Record<string, string>; patches: DataRecord[] }[] = [{ axes: {}, patches: [] }];
  for (const [axis, values] of Object.entries(axisValues(file)))
    grid = grid.flatMap((point) =>
      values.map(({ label, patch }) => ({
        axes: { ...point.axes, [axis]: label },
        patches: [...point.patches, patch],
      })),
    );
  const kept = grid.filter((point) => !file.exclude.some((entry) => matches(point.axes, entry)));
  if (kept.length === 0) throw new UserError(`${file.name}: every point is excluded`);
  return kept.flatMap(({ axes, patches }) => {
    const { seedOffset, ...config } = [
      ...patches,
      expandPaths(variantPatch, `variant ${variant}`),
      overrides ?? {},
    ].reduce<Data>(
      composePatches,
      composePatches({}, expandPaths(base, `${file.name}: base`)),
    ) as DataRecord;
    const offset = parseConfig(seedOffsetSchema, seedOffset, `${file.name}: seedOffset`);
    return file.seeds.map((seed) => ({ axes, seed: seed + offset, config }));
  });
}
