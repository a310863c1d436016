/** How much work a stage is, and how long its kind has taken so far. */
export interface WorkItem {
  readonly kind: string;
  /** Comparable within a kind: images seen. */
  work: number;
  state: "waiting" | "running" | "ended";
  startedMs?: number;
  endedMs?: number;
  /** Share done, while running. */
  fraction: number;
  /** What the stage itself estimates for its current phase. */
  secondsLeft: number | null;
}

/** Milliseconds a unit of work for each kind, from what has ended or has run far enough. */
function paces(items: readonly WorkItem[], nowMs: number): Map<string, number> {
  const sums = new Map<string, { ms: number; work: number }>();
  for (const { kind, work, state, startedMs, endedMs, fraction } of items) {
    if (startedMs === undefined || (state === "running" && fraction < 0.05)) continue;
    const done = state === "ended" ? 1 : fraction;
    const sum = sums.get(kind) ?? { ms: 0, work: 0 };
    sums.set(kind, {
      ms: sum.ms + (endedMs ?? nowMs) - startedMs,
      work: sum.work + done * work,
    });
  }
  return new Map([...sums].map(([kind, { ms, work }]) => [kind, ms / work]));
}

/** Seconds until everything is done; null before anything is known. Unknown kinds go by the others' pace. */
export function estimateTotal(
  items: readonly WorkItem[],
  { parallel, nowMs }: { parallel: number; nowMs: number },
): { secondsLeft: number; fraction: number } | null {
  const known = paces(items, nowMs);
  if (known.size === 0) return null;
  const average = [...known.values()].reduce((sum, pace) => sum + pace, 0) / known.size;
  let leftMs = 0;
  let spentMs = 0;
  for (const item of items) {
    const expectedMs = item.work * (known.get(item.kind) ?? average);
    if (item.state === "ended")
      spentMs += (item.endedMs ?? 0) - (item.startedMs ?? item.endedMs ?? 0);
    else {
      const remaining = expectedMs * (1 - item.fraction);
      leftMs += Math.max(remaining, 1000 * (item.secondsLeft ?? 0));
      spentMs += expectedMs * item.fraction;
    }
  }
  return {
    secondsLeft: leftMs / 1000 / parallel,
    fraction: spentMs + leftMs === 0 ? 1 : spentMs / (spentMs + leftMs),
  };
}
