/** What a process has used since the row before. */
export interface WorkSinceLast {
  /** Processors kept busy: 1.7 of two, say. */
  readonly cores: number;
  readonly residentBytes: number;
}

/** Measures this process between calls. */
export class WorkMeter {
  private before = { at: 0, cpuMs: 0 };

  constructor(
    private readonly usage: () => { atMs: number; cpuMs: number } = () => {
      const { user, system } = process.cpuUsage();
      return { atMs: performance.now(), cpuMs: (user + system) / 1000 };
    },
  ) {
    this.sinceLast();
  }

  /** Zero cores where no time has passed. */
  sinceLast(): WorkSinceLast {
    const { atMs, cpuMs } = this.usage();
    const elapsed = atMs - this.before.at;
    const cores = elapsed > 0 ? (cpuMs - this.before.cpuMs) / elapsed : 0;
    this.before = { at: atMs, cpuMs };
    return { cores, residentBytes: process.memoryUsage.rss() };
  }
}
