import { type Interval, type MetricResult, metrics } from "@fqgan/metrics";

/** One number as a table shows it. */
export interface LabelledValue {
  readonly metric: string;
  /** Key among the metric's values: `fid`, `visual.usage`. */
  readonly name: string;
  /** "FID", "visual Usage" */
  readonly label: string;
  readonly better: "higher" | "lower" | "neither";
  readonly value: number;
  /** Rounded as its metric says. */
  readonly text: string;
  readonly interval?: Interval;
}

/** The values of a result with what their metric says of them. */
export function labelled({ metric, values, intervals }: MetricResult): LabelledValue[] {
  const { describes } = metrics.get(metric);
  return Object.entries(values).map(([name, value]) => {
    const dot = name.lastIndexOf(".");
    const description = describes[name] ?? describes[name.slice(dot + 1)];
    const owner = dot > 0 ? `${name.slice(0, dot)} ` : "";
    const interval = intervals?.[name];
    return {
      metric,
      name,
      label: `${owner}${description?.label ?? name}`,
      better: description?.better ?? "neither",
      value,
      text: formatValue(value, description?.digits ?? 3),
      ...(interval && { interval }),
    };
  });
}

/** At least two digits that are not 0, so that a small distance does not read as none. */
export function formatValue(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : String(value);
  const small = Math.abs(value) < 10 ** -digits && Math.abs(value) > 1e-12;
  return small ? value.toExponential(1) : value.toFixed(digits);
}

/** "[4.31, 4.69]" at the value's own digits. */
export function formatInterval({ low, high }: Interval, like: string): string {
  const digits = like.includes("e") ? 6 : (like.split(".")[1]?.length ?? 0);
  return `[${formatValue(low, digits)}, ${formatValue(high, digits)}]`;
}
