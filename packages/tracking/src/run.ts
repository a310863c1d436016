import type { StreamRequest, WandbApi } from "./api.js";
import { encodeJson } from "./json.js";
import { type Ledger, type LedgerState, STREAM_NAMES, type StreamName } from "./ledger.js";
import { historyLine, logLine, MAX_REQUEST_BYTES, rowHead, systemLine } from "./lines.js";
import { histogramEntry, imageEntry } from "./media.js";
import type { HistoryRow, RunSource } from "./source.js";

const FILES: Readonly<Record<StreamName, string>> = {
  history: "wandb-history.jsonl",
  events: "wandb-events.jsonl",
  log: "output.log",
};

/** Room for the summary and the request's own words. */
const CHUNK_BYTES = MAX_REQUEST_BYTES - 1024 * 1024;
/** Lines of a stream in one request, so that a source need not be read at once. */
const CHUNK_LINES = 2000;

/** What sending a run came to. */
export interface PushResult {
  /** Someone pressed Stop in the browser. */
  readonly stopped: boolean;
  /** The run has ended and the service has all of it. */
  readonly complete: boolean;
  /** How many times something was sent. */
  readonly requests: number;
}

/**
 * Sends one run: everything that its source has and the service has not acknowledged. An offset is a line
 * number and a line never changes, so a request whose reply was lost is made again as it was.
 */
export class WandbRun {
  private state: LedgerState | undefined;
  private opened = false;

  constructor(
    private readonly options: {
      readonly api: WandbApi;
      readonly source: RunSource;
      readonly ledger: Ledger;
    },
  ) {}

  /** Sends what there is now. */
  async push(): Promise<PushResult> {
    const { api, source } = this.options;
    // Asked before reading, so that rows written just before the end are not missed.
    const exitCode = source.ended();
    let state = await this.open(exitCode === undefined);
    if (state.complete) return { stopped: false, complete: true, requests: 0 };
    let stopped = false;
    let requests = 0;
    for (;;) {
      const { request, next, sent } = await this.chunk(state);
      if (!sent) break;
      const reply = await api.stream(state.run, request);
      stopped ||= reply.stopped;
      requests += 1;
      state = this.keep(next);
    }
    if (exitCode !== undefined) {
      await api.stream(state.run, { complete: true, exitcode: exitCode });
      state = this.keep({ ...state, complete: true });
    }
    return { stopped, complete: state.complete, requests };
  }

  /** Says that the run is alive although it has nothing new. */
  async heartbeat(): Promise<{ readonly stopped: boolean }> {
    const state = await this.open(true);
    return this.options.api.stream(state.run, {});
  }

  /** Creates the run on the service, or goes on with it. */
  private async open(running: boolean): Promise<LedgerState> {
    const { api, source, ledger } = this.options;
    const known = this.state ?? ledger.load();
    // A run that ended and was started again has more to tell.
    const reopened = known?.complete === true && (running || this.hasMore(known));
    if (known && this.opened && !reopened) return known;
    if (known?.complete && !reopened) return known;
    const description = source.describe();
    const counts = known ? undefined : await api.lineCounts(description);
    const run = await api.upsertRun(description);
    this.opened = true;
    return this.keep({
      version: 1,
      run,
      offsets: known?.offsets ?? counts ?? { history: 0, events: 0, log: 0 },
      uploaded: known?.uploaded ?? [],
      complete: false,
    });
  }

  private hasMore({ offsets }: LedgerState): boolean {
    const { source } = this.options;
    return source.history(offsets.history).length > 0 || source.log(offsets.log).length > 0;
  }

  private keep(state: LedgerState): LedgerState {
    this.state = state;
    this.options.ledger.save(state);
    return state;
  }

  /** The next request and the state once it is acknowledged. */
  private async chunk(
    state: LedgerState,
  ): Promise<{ request: StreamRequest; next: LedgerState; sent: boolean }> {
    const { source } = this.options;
    const { offsets } = state;
    const uploads: string[] = [];
    let room = CHUNK_BYTES;
    const fitting = async <Row>(
      rows: readonly Row[],
      encode: (row: Row) => string | Promise<string>,
    ) => {
      const lines: string[] = [];
      for (const row of rows.slice(0, CHUNK_LINES)) {
        const line = await encode(row);
        const bytes = Buffer.byteLength(line);
        // A line alone may need the whole request.
        if (bytes > room && room < CHUNK_BYTES) break;
        room -= bytes;
        lines.push(line);
      }
      return lines;
    };
    const lines: Record<StreamName, string[]> = {
      history: await fitting(source.history(offsets.history), (row) =>
        this.encodeRow(row, state, uploads),
      ),
      events: await fitting(source.system(offsets.events), systemLine),
      log: await fitting(source.log(offsets.log), logLine),
    };
    const changed = STREAM_NAMES.filter((name) => lines[name].length > 0);
    const files: Record<string, { offset: number; content: string[] }> = Object.fromEntries(
      changed.map((name) => [FILES[name], { offset: offsets[name], content: lines[name] }]),
    );
    if (lines.history.length > 0 || source.ended() !== undefined)
      files["wandb-summary.json"] = { offset: 0, content: [encodeJson(source.summary())] };
    const moved = STREAM_NAMES.map((name) => [name, offsets[name] + lines[name].length]);
    return {
      request: { files, ...(uploads.length > 0 && { uploaded: uploads }) },
      next: {
        ...state,
        offsets: Object.fromEntries(moved) as LedgerState["offsets"],
        uploaded: [...state.uploaded, ...uploads],
      },
      sent: changed.length > 0,
    };
  }

  /** A row as a line; its pictures are uploaded first. */
  private async encodeRow(row: HistoryRow, state: LedgerState, uploads: string[]): Promise<string> {
    const values: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(row.values)) {
      if (typeof value === "number") values[key] = value;
      else if (value.type === "histogram") values[key] = histogramEntry(value);
      else {
        const { path, bytes, entry } = imageEntry(value, {
          key: key.replaceAll("/", "_"),
          step: row.step,
        });
        if (!state.uploaded.includes(path) && !uploads.includes(path)) {
          await this.options.api.upload(state.run, { path, bytes });
          uploads.push(path);
        }
        values[key] = entry;
      }
    }
    return historyLine(rowHead(row), values);
  }
}
