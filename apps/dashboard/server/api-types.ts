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
  /** Where the row stands for several seeds: which, and the standard deviations over them. */
  readonly seeds?: readonly number[];
  readonly deviation?: Readonly<Record<string, number>>;
  /** Why it failed, or what is wrong with its folder. */
  readonly problem?: string;
}

export interface MediaItem {
  readonly file: string;
  readonly kind: string;
  readonly step: number;
  readonly caption: string;
  /** Pictures in a row and in a column of the grid. */
  readonly columns: number;
  readonly rows: number;
  /** What each picture shows, row by row. */
  readonly items?: readonly string[];
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

/** A file of weights in a run's folder. */
export interface CheckpointItem {
  readonly file: string;
  /** As the dashboard's own process reaches it. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Whether it is to go on from or to use, as its header says. */
  readonly kind?: string;
  readonly step?: number;
  /** Why its header can't be read. */
  readonly problem?: string;
}

/** The end of what a run's processes printed. */
export interface LogView {
  readonly lines: readonly string[];
  /** Whether there is more before. */
  readonly isCut: boolean;
}

/** A curve of one run, or of the seeds of one setting: mean, lowest and highest value around each place. */
export interface Band {
  readonly x: readonly number[];
  /** null where no value was a number. */
  readonly mean: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

export interface CurveQuery {
  /** What x is: training steps, or seconds spent on the run. */
  readonly axis: "step" | "seconds";
  /** Metrics to give; none means all. */
  readonly names: readonly string[];
  readonly from?: number;
  readonly to?: number;
  /** At most about this many points a curve. */
  readonly points: number;
}

/** By metric: one band for each group of runs, in the order of the question. */
export type NamedBands = Readonly<Record<string, readonly Band[]>>;

export interface SweepRow {
  readonly name: string;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Why its record can't be read. */
  readonly problem?: string;
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
    readonly cells: readonly {
      readonly text: string;
      /** The mean over seeds, where there is one. */
      readonly value?: number;
      readonly rank?: 1 | 2 | undefined;
    }[];
  }[];
  readonly latex: string;
  readonly csv: string;
}

/** What a sweep set out to show, one row a contrast, as the report words it. */
export interface SweepContrasts {
  readonly caption: string;
  /** Titles of the cells. */
  readonly head: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    readonly claim: string;
    readonly cells: readonly string[];
    readonly verdict: "supported" | "opposite" | "not supported" | "not resolvable" | "not run";
    /** Improvement and its 95 % interval in smallest effects that matter. */
    readonly effect?: { readonly low: number; readonly mean: number; readonly high: number };
  }[];
  readonly latex: string;
  readonly csv: string;
}

/** One number of a sweep's rows against another, rows joined to lines; bars are one standard deviation. */
export interface SweepPlot {
  readonly name: string;
  readonly title: string;
  /** What the axes show. */
  readonly x: string;
  readonly y: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly {
      readonly label?: string;
      readonly x: number;
      readonly y: number;
      readonly deviation?: number | undefined;
    }[];
  }[];
}

export interface SweepDetail extends SweepRow {
  /** What makes failed and interrupted runs go on. */
  readonly resume: string;
  readonly tables: readonly SweepTable[];
  readonly contrasts?: SweepContrasts;
  readonly plots: readonly SweepPlot[];
  readonly runs: readonly RunRow[];
}

/** One codebook over the last whole evaluation set, and over training. */
export interface CodebookView {
  readonly name: string;
  readonly size: number;
  readonly split: string;
  readonly step: number;
  /** Positions that chose a code. */
  readonly chosen: number;
  readonly dead: number;
  readonly perplexity: number;
  /** Codes, the most chosen first. */
  readonly ranked: readonly { readonly code: number; readonly count: number }[];
  /** By step of validation: the share of every code, in the order of `ranked` (joined to at most 256 rows). */
  readonly heat: readonly {
    readonly step: number;
    readonly shares: readonly number[];
    readonly used: number;
    readonly perplexity: number;
  }[];
}

export interface CodebooksView {
  readonly run: string;
  readonly label: string;
  readonly codebooks: readonly CodebookView[];
  /** Final numbers that are about codes. */
  readonly facts: Readonly<Record<string, number>>;
  /** What training said about sick codebooks. */
  readonly warnings: readonly {
    readonly message: string;
    readonly code: string;
    readonly step?: number;
  }[];
}

/** Codes of some test images of a finished tokenizer, for looking at them. */
export interface TokensView {
  readonly run: string;
  readonly label: string;
  /** Height and width of the images in pixels. */
  readonly size: number;
  readonly classes: readonly string[];
  readonly images: readonly { readonly name: string; readonly label: number }[];
  readonly codebooks: readonly {
    readonly name: string;
    readonly size: number;
    /** Rows and columns of codes over the image. */
    readonly grid: readonly [number, number];
    /** codes[image][position], row by row. */
    readonly codes: readonly (readonly number[])[];
  }[];
  /** What can be decoded alone or swapped. */
  readonly factors: readonly string[];
  /** By factor: the mean quantized vector of each of the latents' images. */
  readonly latents: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Class of each of the latents' images. */
  readonly latentLabels: readonly number[];
}

/** A model that the playground can run. */
export interface PlaygroundModel {
  readonly id: string;
  readonly label: string;
  readonly kind: "tokenizer" | "generator";
  /** What tells it from others of its label. */
  readonly note: string;
}

/** `models.json` beside the playground's page. */
export interface PlaygroundModels {
  /** Where the dashboard's other pages are; absent where the playground is a site of its own. */
  readonly dashboard?: string;
  readonly models: readonly PlaygroundModel[];
}
