import type { Tensor } from "@fqgan/tensor";
import type { Extractor } from "./extractor.js";
import { compiledProgram, extractorOf, type NetworkOutputs } from "./frozen-extractor.js";
import { pillowSquare } from "./preprocess/pillow-square.js";

/** Side of the images that the networks made here take. */
const SIDE = 64;
const CHUNK = 16;

/** A network trained by one of this package's scripts as an extractor. */
export function builtinExtractor(network: {
  readonly name: string;
  readonly hash: string;
  readonly dimensions: number;
  readonly classes?: readonly string[];
  call(images: Tensor): NetworkOutputs;
  /** Of each part of the image, [B, N, D]. */
  readonly positions?: {
    readonly grid: readonly [number, number];
    call(images: Tensor): Tensor;
  };
  dispose(): void;
}): Extractor {
  const { name, dimensions, call, positions, dispose } = network;
  return extractorOf(network, {
    preparation: pillowSquare(SIDE),
    program: compiledProgram({ name, chunk: CHUNK, call, dispose }),
    ...(positions && {
      positions: {
        grid: positions.grid,
        dimensions,
        program: compiledProgram({
          name: `${name} positions`,
          chunk: CHUNK,
          call: (images) => ({ features: positions.call(images) }),
          dispose: () => {},
        }),
      },
    }),
  });
}
