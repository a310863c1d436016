import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** One competitor: a command that speaks the protocol of `subject.ts`. */
export interface Subject {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface Measured {
  readonly name: string;
  readonly description: Readonly<Record<string, string | number>>;
  /** Of each round, in order; the warm-up is not among them. */
  readonly elapsedMs: readonly number[];
  readonly peakBytes: number;
}

export const threads = 2;

/**
 * Lets the subjects make one step each in turn, so that whatever else the machine does befalls all of
 * them alike. All are started and warmed up before the first round.
 */
export async function alternate(
  subjects: readonly Subject[],
  { rounds, warmUp, onRound }: { rounds: number; warmUp: number; onRound(text: string): void },
): Promise<Measured[]> {
  const running: Running[] = [];
  try {
    for (const subject of subjects) running.push(await start(subject));
    for (const subject of running) for (let i = 0; i < warmUp; i++) await subject.step();
    const times = running.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, subject] of running.entries()) times[index]!.push(await subject.step());
      const latest = running.map(
        ({ name }, index) => `${name} ${times[index]![round]!.toFixed(0)}`,
      );
      onRound(`round ${round + 1}/${rounds}: ${latest.join(" ms, ")} ms`);
    }
    const measured: Measured[] = [];
    for (const [index, { name, description, end }] of running.entries())
      measured.push({ name, description, elapsedMs: times[index]!, peakBytes: await end() });
    return measured;
  } finally {
    for (const { process } of running) process.kill();
  }
}

interface Running {
  readonly name: string;
  readonly process: ChildProcessWithoutNullStreams;
  readonly description: Measured["description"];
  step(): Promise<number>;
  end(): Promise<number>;
}

async function start({ name, command }: Subject): Promise<Running> {
  const [program, ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...settings() } });
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(key: string): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended early:\n${complaints.slice(-2000)}`);
    return (JSON.parse(value) as Record<string, T>)[key]!;
  };
  const ask = <T>(line: string, key: string): Promise<T> => {
    child.stdin.write(`${line}\n`);
    return answer(key);
  };
  return {
    name,
    process: child,
    description: await answer("description"),
    step: () => ask("step", "elapsedMs"),
    end: () => ask("end", "peakBytes"),
  };
}

/** Debian's OpenBLAS takes newer AVX-512 processors for old ones unless it is told. */
function settings(): Record<string, string> {
  const isAvx512 = /\bavx512f\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  return {
    OMP_NUM_THREADS: String(threads),
    ...(isAvx512 ? { OPENBLAS_CORETYPE: "SkylakeX" } : {}),
  };
}
