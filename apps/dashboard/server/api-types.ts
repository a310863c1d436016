/** What the server sends and the pages show. Plain data; shared by both sides. */

export type RunStatus = "waiting" | "running" | "interrupted" | "failed" | "done";

export interface RunRow {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly status: RunStatus;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly progress?: {
    readonly step: number;
    readonly total: number;
    readonly secondsLeft?: number;
  };
  /** Final numbers by name. */
  readonly summary: Readonly<Record<string, number>>;
  /** Why it failed, or what is wrong with its folder. */
  readonly problem?: string;
}

export interface MediaItem {
  readonly file: string;
  readonly kind: string;
  readonly step: number;
  readonly caption: string;
}

export interface EventItem {
  readonly time: string;
  readonly type: string;
  readonly message: string;
}

export interface RunDetail extends RunRow {
  readonly config: unknown;
  readonly inputs: readonly string[];
  readonly events: readonly EventItem[];
  readonly media: readonly MediaItem[];
  /** How each number of the summary was measured. */
  readonly protocol: Readonly<Record<string, string>>;
}

/** One curve: ends and extremes kept when thinned out. */
export interface Curve {
  readonly step: readonly number[];
  readonly value: readonly (number | null)[];
}

export interface SweepRow {
  readonly name: string;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

/** A table as it is printed: numbers are text already, as the report formats them. */
export interface SweepTable {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly goal?: "min" | "max" }[];
  readonly rows: readonly {
    readonly label: string;
    /** The run behind the row: of its first seed, the last stage. */
    readonly run?: string;
    /** rank 1 or 2 where a ranking is justified. */
    readonly cells: readonly { readonly text: string; readonly rank?: number }[];
  }[];
  readonly latex: string;
  readonly csv: string;
}

export interface SweepDetail extends SweepRow {
  readonly tables: readonly SweepTable[];
  readonly runs: readonly RunRow[];
}
