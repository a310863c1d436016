import {
  compile,
  type EngineOptions,
  type HostTensor,
  startEngine,
  type Tensor,
  type Tree,
} from "@fqgan/tensor";

/** Engines that programs are tested on. */
export const testedEngines = ["cpu", "onnx"] as const satisfies EngineOptions["engine"][];

/** Runs a program once on the current engine; for tests, where inputs are records of plain tensors. */
export async function runInTest<O extends Tree<Tensor>>(
  inputs: Readonly<Record<string, HostTensor>>,
  program: (fed: Record<string, Tensor>) => O,
) {
  // Fed<Record<string, HostTensor>> is Record<string, Tensor>, which the compiler cannot see.
  const compiled = compile<Record<string, HostTensor>, O>(program as never);
  try {
    return await compiled(inputs);
  } finally {
    compiled.dispose();
  }
}

/** Makes a tested engine the current one. */
export const useEngine = (engine: (typeof testedEngines)[number]) => startEngine({ engine });
