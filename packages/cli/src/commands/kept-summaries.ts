import {
  canonicalJson,
  type PlannedStage,
  readKeptSummaries,
  type SavedRun,
  type Summaries,
  type SummaryLookup,
  type SweepRecord,
  savedRun,
  stagesLeft,
  writeSummaries,
} from "@fqgan/experiment";

/**
 * A sweep's numbers in a file (`--summaries`), written anew with every run that gets done: a sweep that is
 * run in pieces, on machines that forget, goes on from what is in git.
 */
export class KeptSummaries {
  readonly #runs: Map<string, SavedRun>;

  private constructor(
    private readonly path: string,
    private readonly record: SweepRecord,
    private readonly before: Summaries | undefined,
  ) {
    this.#runs = new Map(before?.runs);
  }

  /** @param path undefined where nothing is to be kept */
  static open(path: string | undefined, record: SweepRecord): KeptSummaries | undefined {
    return path === undefined
      ? undefined
      : new KeptSummaries(path, record, readKeptSummaries(path, record));
  }

  readonly lookup: SummaryLookup = (id) => this.#runs.get(id)?.summary;

  /** Stages whose numbers the file does not have, and what they need. */
  left(stages: readonly PlannedStage[]): PlannedStage[] {
    return stagesLeft(stages, (id) => this.#runs.has(id));
  }

  /** Brings the file's tables, plots and contrasts to what the sweep says now. */
  refresh(): void {
    if (!this.before || meaning(this.before.record) === meaning(this.record)) return;
    this.#write();
  }

  /** Takes note of a run that is done. */
  keep(runsFolder: string, id: string): void {
    const run = savedRun(runsFolder, id);
    if (!run) return;
    this.#runs.set(id, run);
    this.#write();
  }

  #write(): void {
    writeSummaries(this.path, { record: this.record, runs: this.#runs });
  }
}

/** A record without what differs from one start to the next. */
const meaning = ({ createdAt: _, command: _command, ...record }: SweepRecord) =>
  canonicalJson(record);
