import { join } from "node:path";
import type { StageKind } from "../schema/run-format.js";
import { listRunFolders, readDone, readMetrics, readRunConfig } from "../store/read-run.js";

/** What an estimate looks at. */
interface Described {
  readonly id: string;
  readonly kind: StageKind;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What runs that are done have needed; estimates for others come from those most like them. */
export interface PastRuns {
  /** Seconds; undefined when no run of this kind is done. */
  seconds(stage: Described): number | undefined;
  /** Peak memory of the process; undefined when no like run has recorded any. */
  memoryBytes(stage: Described): number | undefined;
}

interface Past {
  /** The id without its hash: what the model is. */
  readonly what: string;
  readonly kind: StageKind;
  readonly images: number;
  readonly size: number;
  readonly batchSize: number;
  readonly seconds: number;
  readonly memoryBytes: number | undefined;
}

/** Images that a training looks at, and how large they are; stages that train nothing count once. */
function workOf(config: Described["config"]): { images: number; size: number; batchSize: number } {
  const { train, data } = config as {
    train?: { steps: number; batchSize: number };
    data?: { size?: number };
  };
  return {
    images: train ? train.steps * train.batchSize : 1,
    batchSize: train?.batchSize ?? 0,
    size: data?.size ?? 0,
  };
}

const whatIs = (id: string) => id.replace(/-[0-9a-f]{10}$/, "");
const median = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

/** Reads what lies in a runs folder, when it is first asked. */
export function readPastRuns(runsFolder: string): PastRuns {
  let known: Past[] | undefined;
  const past = () => {
    known ??= listRunFolders(runsFolder).flatMap(pastOf);
    return known;
  };
  /** The same model if there is one, else the same kind; the same image size before others. */
  const like = ({ id, kind, config }: Described): Past[] => {
    const { size } = workOf(config);
    const sameKind = past().filter((run) => run.kind === kind);
    const sameSize = sameKind.filter((run) => run.size === size);
    const among = sameSize.length > 0 ? sameSize : sameKind;
    const same = among.filter(({ what }) => what === whatIs(id));
    return same.length > 0 ? same : among;
  };
  return {
    seconds(stage) {
      const pace = median(like(stage).map(({ seconds, images }) => seconds / images));
      return pace === undefined ? undefined : pace * workOf(stage.config).images;
    },
    memoryBytes(stage) {
      const { batchSize } = workOf(stage.config);
      const recorded = like(stage).filter(({ memoryBytes }) => memoryBytes !== undefined);
      const sameBatch = recorded.filter((run) => run.batchSize === batchSize);
      const chosen = sameBatch.length > 0 ? sameBatch : recorded;
      return chosen.length === 0
        ? undefined
        : Math.max(...chosen.map(({ memoryBytes }) => memoryBytes!));
    },
  };
}

function pastOf(folder: string): Past[] {
  const done = readDone(folder);
  if (!done) return [];
  try {
    const { id, kind, config } = readRunConfig(join(folder));
    const resident = readMetrics(folder).flatMap((row) => row["system/residentBytes"] ?? []);
    return [
      {
        what: whatIs(id),
        kind,
        ...workOf(config),
        seconds: done.elapsedMs / 1000,
        memoryBytes: resident.length > 0 ? resident.reduce((a, b) => Math.max(a, b)) : undefined,
      },
    ];
  } catch {
    // A run of another format tells nothing.
    return [];
  }
}
