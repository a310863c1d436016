import type { Image } from "@fqgan/image";
import type { Gathering, MetricState, NpyArray } from "@fqgan/metrics";

/** The first originals of a pass and what became of them, for pictures. */
export class FirstPairs implements Gathering {
  readonly pairs: (readonly [original: Image, reconstruction: Image])[] = [];

  constructor(private readonly most: number) {}

  add(originals: readonly Image[], reconstructions: readonly Image[]): void {
    const left = Math.max(0, this.most - this.pairs.length);
    for (const [i, original] of originals.slice(0, left).entries())
      this.pairs.push([original, reconstructions[i]!]);
  }

  merge(state: MetricState): void {
    for (let i = 0; state[`original${i}`] && this.pairs.length < this.most; i++)
      this.pairs.push([imageOf(state[`original${i}`]!), imageOf(state[`reconstruction${i}`]!)]);
  }

  /** [H, W, 3] uint8 each */
  state(): MetricState {
    return Object.fromEntries(
      this.pairs.flatMap(([original, reconstruction], i) => [
        [`original${i}`, arrayOf(original)],
        [`reconstruction${i}`, arrayOf(reconstruction)],
      ]),
    );
  }
}

const arrayOf = ({ height, width, data }: Image): NpyArray => ({
  shape: [height, width, 3],
  data: Uint8Array.from(data),
});

const imageOf = ({ shape: [height = 0, width = 0], data }: NpyArray): Image => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from(data as Uint8Array),
});
