import {
  compile,
  type Fed,
  type Fetched,
  type HostTensor,
  type Tensor,
  type Tree,
} from "@fqgan/tensor";
import type { Engine } from "./parity-case.js";

/** Runs a program once on host values with the engine of that name. */
export async function runProgram<I extends Tree<HostTensor>, O extends Tree<Tensor>>(options: {
  readonly engine: Engine;
  readonly inputs: I;
  readonly program: (inputs: Fed<I>) => O;
}): Promise<Fetched<O>> {
  const compiled = compile(options.program, { name: "parity" });
  try {
    return await compiled(options.inputs);
  } finally {
    compiled.dispose();
  }
}
