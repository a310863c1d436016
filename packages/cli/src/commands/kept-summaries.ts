import {
  type PlannedStage,
  readKeptRuns,
  type SavedRun,
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
    runs: ReadonlyMap<string, SavedRun>,
  ) {
    this.#runs = new Map(runs);
  }

  /** @param path undefined where nothing is to be kept */
  static open(path: string | undefined, record: SweepRecord): KeptSummaries | undefined {
    return path === undefined
      ? undefined
      : new KeptSummaries(path, record, readKeptRuns(path, record));
  }

  readonly lookup: SummaryLookup = (id) => this.#runs.get(id)?.summary;

  /** Stages whose numbers the file does not have, and what they need. */
  left(stages: readonly PlannedStage[]): PlannedStage[] {
    return stagesLeft(stages, (id) => this.#runs.has(id));
  }

  /** Takes note of a run that is done. */
  keep(runsFolder: string, id: string): void {
    const run = savedRun(runsFolder, id);
    if (!run) return;
    this.#runs.set(id, run);
    writeSummaries(this.path, { record: this.record, runs: this.#runs });
  }
}
