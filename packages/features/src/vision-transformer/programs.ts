/** A transformer's programs: what it says of the whole image, and of each patch. */
import type { Tensor } from "@fqgan/tensor";
import { type BatchProgram, compiledProgram, type PositionProgram } from "../frozen-extractor.js";

interface Programs {
  readonly program: BatchProgram;
  readonly patches: BatchProgram;
  dispose(): void;
}

/** Compiled at their first use, so that whoever needs one pays for one. */
export function imageAndPositions(network: {
  readonly name: string;
  readonly chunk: number;
  /** [B, D] */
  call(images: Tensor): Tensor;
  /** [B, N, D] */
  positions(images: Tensor): Tensor;
  dispose(): void;
}): Programs {
  const { name, chunk } = network;
  const common = { chunk, weights: "frozen" } as const;
  const program = compiledProgram({
    ...common,
    name,
    call: (images) => ({ features: network.call(images) }),
    dispose: () => network.dispose(),
  });
  const patches = compiledProgram({
    ...common,
    name: `${name} positions`,
    call: (images) => ({ features: network.positions(images) }),
    dispose: () => {},
  });
  return {
    program,
    patches,
    dispose() {
      patches.dispose();
      program.dispose();
    },
  };
}

/** Both as an extractor takes them; `dispose` is called once, for both. */
export function positioned(
  { program, patches, dispose }: Programs,
  { side, dimensions }: { readonly side: number; readonly dimensions: number },
): { readonly program: BatchProgram; readonly positions: PositionProgram } {
  return {
    program: { ...program, dispose },
    positions: { grid: [side, side], dimensions, program: { ...patches, dispose: () => {} } },
  };
}
