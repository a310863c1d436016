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
  dispose(): void;
}): Extractor {
  const { name, call, dispose } = network;
  return extractorOf(network, {
    preparation: pillowSquare(SIDE),
    program: compiledProgram({ name, chunk: CHUNK, call, dispose }),
  });
}
