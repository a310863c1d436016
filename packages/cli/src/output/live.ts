import { fit } from "./format.js";

/** Lines at the bottom of a terminal that are drawn over, with lasting lines scrolling above them. */
export class LiveLines {
  private drawn = 0;
  private lines: readonly string[] = [];

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** Prints a line that stays, above the moving ones. */
  print(line: string): void {
    this.erase();
    this.stream.write(`${line}\n`);
    this.draw();
  }

  /** Replaces the moving lines. */
  update(lines: readonly string[]): void {
    this.lines = lines;
    this.erase();
    this.draw();
  }

  /** Removes the moving lines. */
  clear(): void {
    this.update([]);
  }

  private erase(): void {
    if (this.drawn > 0) this.stream.write(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }

  private draw(): void {
    const width = Math.max(20, (this.stream.columns || 80) - 1);
    for (const line of this.lines) this.stream.write(`${fit(line, width)}\n`);
    this.drawn = this.lines.length;
  }
}
