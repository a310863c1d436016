import type { NamedBands } from "../../../server/api-types.js";
import { queryCurves } from "../../../server/curves.js";

/** What an exported dashboard carries with it instead of a server. */
export interface ExportedData {
  /** Answers by address. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Rows of metrics by run, thinned out. */
  readonly rows: Readonly<
    Record<
      string,
      {
        readonly step: number[];
        readonly seconds: number[];
        readonly columns: Readonly<Record<string, { row: number[]; value: (number | null)[] }>>;
      }
    >
  >;
}

declare global {
  interface Window {
    fqganExport?: ExportedData;
  }
}

const exported = window.fqganExport;
export const isExport = exported !== undefined;

const segment = encodeURIComponent;

/** Addresses of the API. */
export const paths = {
  runs: "/api/runs",
  run: (id: string) => `/api/runs/${segment(id)}`,
  codebooks: (id: string) => `/api/runs/${segment(id)}/codebooks`,
  tokens: (id: string) => `/api/runs/${segment(id)}/tokens`,
  checkpoints: (id: string) => `/api/runs/${segment(id)}/checkpoints`,
  checkpointHash: (id: string, file: string) =>
    `/api/runs/${segment(id)}/checkpoints/${segment(file)}/sha256`,
  log: (id: string) => `/api/runs/${segment(id)}/log?lines=200`,
  sweeps: "/api/sweeps",
  sweep: (name: string) => `/api/sweeps/${segment(name)}`,
};

export async function get<T>(path: string): Promise<T> {
  if (exported) {
    const answer = exported.answers[path];
    if (answer === undefined) throw new Error("not part of this export");
    return answer as T;
  }
  const response = await fetch(path);
  const body = await response.json().catch(() => ({ error: response.statusText }));
  if (!response.ok) throw new Error(body.error ?? response.statusText);
  return body as T;
}

export interface CurveQuestion {
  /** Runs by group; the runs of a group are seeds of one setting. */
  readonly groups: readonly (readonly string[])[];
  readonly names?: readonly string[];
  readonly axis: "step" | "seconds";
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const POINTS = 600;

export async function getCurves(question: CurveQuestion): Promise<NamedBands> {
  const { groups, names = [], axis, from, to } = question;
  const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  if (exported) {
    const rows = groups.map((ids) =>
      ids.flatMap((id) => {
        const run = exported.rows[id];
        if (!run) return [];
        const columns = Object.entries(run.columns).map(([name, { row, value }]) => {
          return [name, { row, value: value.map((v) => v ?? Number.NaN) }] as const;
        });
        return [{ step: run.step, seconds: run.seconds, columns: new Map(columns) }];
      }),
    );
    return queryCurves(rows, { axis, names, points: POINTS, ...range });
  }
  const parameters = new URLSearchParams({
    runs: groups.map((ids) => ids.join(",")).join(";"),
    axis,
    points: String(POINTS),
  });
  if (names.length > 0) parameters.set("names", names.join(","));
  for (const [name, value] of Object.entries(range)) parameters.set(name, String(value));
  return get<NamedBands>(`/api/curves?${parameters}`);
}

export const mediaUrl = (run: string, file: string): string =>
  exported
    ? `media/${segment(run)}/${segment(file)}`
    : `/api/runs/${segment(run)}/media/${segment(file)}`;

/** What a tokenizer draws with each factor's codes from an image of its own. */
export const drawnUrl = (run: string, sources: Readonly<Record<string, number>>): string => {
  const parameters = Object.entries(sources).map(([factor, image]) => [factor, String(image)]);
  return `/api/runs/${segment(run)}/drawn.png?${new URLSearchParams(parameters)}`;
};
