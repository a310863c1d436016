/** Seconds of the past that a rate looks at. */
const WINDOW_MS = 20_000;

/** Images a second over the last seconds. The first amount only starts the clock: it holds compilation. */
export class Rate {
  private marks: { time: number; total: number }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(amount: number): void {
    const time = this.now();
    const total = (this.marks.at(-1)?.total ?? 0) + amount;
    this.marks.push({ time, total });
    while (this.marks.length > 2 && this.marks[0]!.time < time - WINDOW_MS) this.marks.shift();
  }

  /** Forgets the past, after a pause. */
  restart(): void {
    this.marks = [];
  }

  /** Null until two amounts are in. */
  get perSecond(): number | null {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (!first || !last || last.time <= first.time) return null;
    return (1000 * (last.total - first.total)) / (last.time - first.time);
  }
}
