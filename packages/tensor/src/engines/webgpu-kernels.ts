import { tf } from "../tf.js";

type TypeRule = (given: tf.DataType) => tf.DataType;

const same: TypeRule = (given) => given;
const sum: TypeRule = (given) => tf.sumOutType(given);

/** Kernels that bring axes into another order, first or at all, with the type of what they make. */
const MOVING: Readonly<Record<string, TypeRule>> = {
  ...{ Transpose: same, Max: same, Min: same, Any: same, All: same },
  ...{ Sum: sum, Prod: sum, Cumsum: sum },
  ...{ Mean: () => "float32", ArgMin: () => "int32", ArgMax: () => "int32" },
};

/** What is used of tfjs's WebGPU backend. */
interface WebgpuBackend {
  readonly tensorMap: { get(dataId: tf.DataId): { readonly dtype: tf.DataType } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
  disposeData(dataId: tf.DataId): boolean;
}

const kernelOf = (kernelName: string) => tf.getKernel(kernelName, "webgpu").kernelFunc;

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  tf.unregisterKernel(kernelName, "webgpu");
  tf.registerKernel({ kernelName, backendName: "webgpu", kernelFunc });
}

let repaired = false;

/**
 * Replaces kernels of tfjs-backend-webgpu 4.22 that a GPU refuses. It does so without an error, and nothing
 * runs of what was sent along with them.
 */
export function repairKernels(): void {
  if (repaired) return;
  repaired = true;
  repairMoves();
  repairSums();
}

/** Every GPU takes eight arrays in one go, the result among them. */
const TERMS = 7;

/** A sum of more terms than a GPU takes at once is made step by step. */
function repairSums(): void {
  const original = kernelOf("AddN");
  replace("AddN", ({ inputs, attrs, backend }) => {
    const sum = (terms: readonly tf.TensorInfo[]) =>
      original({ inputs: terms as never, attrs: attrs!, backend }) as tf.TensorInfo;
    const terms = Object.values(inputs) as tf.TensorInfo[];
    let total = sum(terms.slice(0, TERMS));
    for (let next = TERMS; next < terms.length; next += TERMS - 1) {
      const before = total;
      total = sum([before, ...terms.slice(next, next + TERMS - 1)]);
      (backend as WebgpuBackend).disposeData(before.dataId);
    }
    return total;
  });
}

/**
 * Axes of integers and bools, where there are three or more, are moved by a shader that does not compile.
 * (Integers that were cast to floats count: a cast only renames them.) They go through floats, which
 * hold integers up to 2^24.
 */
function repairMoves(): void {
  const [add, cast] = [kernelOf("Add"), kernelOf("Cast")];
  for (const [kernelName, typeOf] of Object.entries(MOVING)) {
    const original = kernelOf(kernelName);
    replace(kernelName, (call) => {
      const backend = call.backend as WebgpuBackend;
      const { x } = call.inputs as { x: tf.TensorInfo };
      const isFloat = backend.tensorMap.get(x.dataId).dtype === "float32";
      if (isFloat || x.shape.length < 3) return original(call);
      const zero = backend.makeTensorInfo([], "float32", Float32Array.of(0));
      const floats = add({ inputs: { a: x, b: zero }, backend }) as tf.TensorInfo;
      const made = original({ ...call, inputs: { ...call.inputs, x: floats } }) as tf.TensorInfo;
      backend.disposeData(zero.dataId);
      backend.disposeData(floats.dataId);
      const dtype = typeOf(x.dtype);
      if (made.dtype === dtype) return made;
      const result = cast({ inputs: { x: made }, attrs: { dtype }, backend }) as tf.TensorInfo;
      backend.disposeData(made.dataId);
      return result;
    });
  }
}
