import { setImmediate } from "node:timers/promises";
import { type HostTensor, hostTensor } from "@fqgan/tensor";

type Named = Readonly<Record<string, HostTensor>>;

/**
 * Rows of any number through a program of one batch size: results then don't depend on how rows are
 * divided, and there is one shape to compile. While one chunk runs, the next is prepared.
 *
 * @param options.prepare the inputs of `chunk` rows, of which the first `count` from `from` on matter
 * @param options.run a program on `chunk` rows; every output has a float32 row for each
 */
export async function inChunks<I>(options: {
  readonly count: number;
  readonly chunk: number;
  prepare(from: number, count: number): I;
  run(inputs: I): Promise<Named>;
}): Promise<Record<string, HostTensor>> {
  const { count, chunk, prepare, run } = options;
  const results: Record<string, { data: Float32Array; shape: number[] }> = {};
  const rowsFrom = (from: number) => Math.min(chunk, count - from);
  let inputs = prepare(0, rowsFrom(0));
  for (let from = 0; from < count; from += chunk) {
    const running = run(inputs);
    running.catch(() => {}); // reported below, where it is awaited
    const next = from + chunk;
    if (next < count) {
      await setImmediate(); // lets the run start
      inputs = prepare(next, rowsFrom(next));
    }
    for (const [name, { data, shape }] of Object.entries(await running)) {
      const length = data.length / chunk;
      results[name] ??= {
        data: new Float32Array(count * length),
        shape: [count, ...shape.slice(1)],
      };
      results[name].data.set(data.subarray(0, rowsFrom(from) * length), from * length);
    }
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, shape }]) => [name, hostTensor(data, shape)]),
  );
}

/** Rows from `from` on as a batch of `chunk`, the rest zeros. */
export function chunkOf(
  rows: HostTensor,
  { from, count, chunk }: { readonly from: number; readonly count: number; readonly chunk: number },
): HostTensor {
  const [, ...sides] = rows.shape;
  const length = sides.reduce((product, side) => product * side, 1);
  const data = new Float32Array(chunk * length);
  data.set(rows.data.subarray(from * length, (from + count) * length));
  return hostTensor(data, [chunk, ...sides]);
}
