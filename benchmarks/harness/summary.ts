import type { Measured } from "./alternate.js";

export interface Row {
  readonly name: string;
  readonly medianMs: number;
  readonly bestMs: number;
  readonly peakBytes: number;
  /** How many times as fast as the first subject of the comparison, 1 for itself. */
  readonly speed: {
    readonly ofMedians: number;
    readonly ofBests: number;
    readonly inRounds: number;
  };
  readonly description: Measured["description"];
}

/** The first subject is ours; `speed` of another says how many times as fast ours is. */
export function summarize(measured: readonly Measured[]): Row[] {
  const ours = measured[0]!;
  return measured.map((subject) => ({
    name: subject.name,
    medianMs: median(subject.elapsedMs),
    bestMs: Math.min(...subject.elapsedMs),
    peakBytes: subject.peakBytes,
    speed: {
      ofMedians: median(subject.elapsedMs) / median(ours.elapsedMs),
      ofBests: Math.min(...subject.elapsedMs) / Math.min(...ours.elapsedMs),
      inRounds: median(subject.elapsedMs.map((elapsed, round) => elapsed / ours.elapsedMs[round]!)),
    },
    description: subject.description,
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A Markdown table, and below it what was compared. */
export function markdown(title: string, rows: readonly Row[]): string {
  const header = [
    "subject",
    "median",
    "best",
    "ours is … times as fast: medians",
    "bests",
    "median of rounds",
    "peak memory",
  ];
  const lines = rows.map(({ name, medianMs, bestMs, peakBytes, speed }, index) => [
    name,
    milliseconds(medianMs),
    milliseconds(bestMs),
    ...[speed.ofMedians, speed.ofBests, speed.inRounds].map((ratio) =>
      index === 0 ? "" : ratio.toFixed(2),
    ),
    `${(peakBytes / 1e9).toFixed(2)} GB`,
  ]);
  const table = [header, header.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  const descriptions = rows.map(
    ({ name, description }) =>
      `- ${name}: ${Object.entries(description)
        .map(([key, value]) => `${key} ${value}`)
        .join(", ")}`,
  );
  return [`## ${title}`, "", table, "", ...descriptions, ""].join("\n");
}

const milliseconds = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
