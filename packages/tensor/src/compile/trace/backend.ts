import { UserError } from "@fqgan/registry";
import type { HostTensor } from "../../host-tensor.js";
import { tf, type Variable } from "../../tf-core.js";
import type { Value, ValueType } from "../graph.js";
import { callerOutsideTfjs } from "./call-site.js";
import { type Outline, Recorder } from "./recorder.js";
import { traceRules } from "./rules/index.js";

type DataId = tf.DataId;

/** What one trace collects beside its nodes. */
export interface TraceScope {
  readonly name: string;
  readonly recorder: Recorder;
  /** Variables by the data that they held when the trace began. */
  readonly variables: ReadonlyMap<DataId, Variable>;
  /** Variables that the program reads, with the inputs that they became. */
  readonly states: { readonly variable: Variable; readonly value: Value }[];
  readonly captured: Map<DataId, Value>;
}

/**
 * A tfjs backend without arithmetic: its kernels say the shape and type of what they would make and
 * record the call. Tensors of other backends stay where they are: what the program captures becomes
 * a state input (variables) or a constant (anything else).
 */
class TraceBackend extends tf.KernelBackend {
  #scope: TraceScope | undefined;
  #data = new WeakMap<DataId, { value: Value; references: number }>();
  #count = 0;

  begin(name: string, variables: ReadonlyMap<DataId, Variable>): TraceScope {
    this.#scope = { name, recorder: new Recorder(), variables, states: [], captured: new Map() };
    return this.#scope;
  }

  end(): void {
    this.#scope = undefined;
    this.#data = new WeakMap();
    this.#count = 0;
  }

  get scope(): TraceScope {
    if (!this.#scope) throw new Error("a traced tensor was used after its trace had ended");
    return this.#scope;
  }

  hold(value: Value): DataId {
    const dataId = {};
    this.#data.set(dataId, { value, references: 1 });
    this.#count += 1;
    return dataId;
  }

  /** The value behind a tensor, made here or captured from outside. */
  lookup({ dataId, shape, dtype }: tf.TensorInfo): Value {
    const { recorder } = this.scope;
    const value = this.#data.get(dataId)?.value ?? this.#capture(dataId);
    return recorder.reshape(recorder.cast(value, dtype as ValueType), shape);
  }

  #capture(dataId: DataId): Value {
    const { captured, recorder, states, variables } = this.scope;
    const known = captured.get(dataId);
    if (known) return known;
    const variable = variables.get(dataId);
    const info = tf.engine().state.tensorInfo.get(dataId);
    if (!info) throw new Error("a compiled program used a tensor that has been disposed");
    const outline = { type: info.dtype as ValueType, shape: info.shape };
    const value = variable
      ? recorder.input(outline)
      : recorder.constant(outline, info.backend.readSync(dataId) as HostTensor["data"]);
    if (variable) states.push({ variable, value });
    captured.set(dataId, value);
    return value;
  }

  #refuseReading(dataId: DataId): never {
    const { name, recorder } = this.scope;
    const maker = recorder.makerOf(this.lookup({ dataId, ...this.#outlineOf(dataId) }));
    throw new UserError(
      `compile("${name}"): a compiled program must not read tensor values: the result of ${maker} was read at ${callerOutsideTfjs()}; return it as an output, or compute with it as a tensor`,
    );
  }

  #outlineOf(dataId: DataId): { shape: number[]; dtype: tf.DataType } {
    const { type, shape } = this.#data.get(dataId)!.value;
    return { shape: [...shape], dtype: type };
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const outline: Outline = { type: dtype as ValueType, shape };
    return this.hold(this.scope.recorder.constant(outline, values as HostTensor["data"]));
  }
  override readSync(dataId: DataId): never {
    return this.#refuseReading(dataId);
  }
  override async read(dataId: DataId): Promise<never> {
    return this.#refuseReading(dataId);
  }
  override refCount(dataId: DataId): number {
    return this.#data.get(dataId)?.references ?? 0;
  }
  override incRef(dataId: DataId): void {
    const entry = this.#data.get(dataId);
    if (entry) entry.references += 1;
    // A variable was assigned a tensor from outside the trace.
    else tf.engine().state.tensorInfo.get(dataId)?.backend.incRef(dataId);
  }
  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.#data.get(dataId);
    if (!entry) return true;
    entry.references -= 1;
    if (entry.references > 0 && !force) return false;
    this.#count -= 1;
    return true;
  }
  override numDataIds(): number {
    return this.#count;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override timerAvailable(): boolean {
    return false;
  }
  override dispose(): void {}
}

function runRule(
  kernelName: string,
  backend: TraceBackend,
  call: { inputs: tf.NamedTensorInfoMap; attributes: Record<string, unknown> },
) {
  const { name, recorder } = backend.scope;
  const rule = traceRules[kernelName];
  if (!rule)
    throw new UserError(
      `compile("${name}"): the op ${kernelName} cannot be compiled, called at ${callerOutsideTfjs()}; use other ops, or run on an eager engine`,
    );
  const given = Object.entries(call.inputs).filter(([, info]) => info !== undefined);
  const inputs = Object.fromEntries(given.map(([key, info]) => [key, backend.lookup(info!)]));
  const values = rule({ inputs, attributes: call.attributes, recorder });
  const describe = (value: Value) => ({
    dataId: backend.hold(value),
    shape: [...value.shape],
    dtype: value.type as tf.DataType,
  });
  return Array.isArray(values) ? values.map(describe) : describe(values);
}

let shared: TraceBackend | undefined;

/** The trace backend, registered with tfjs when first asked for. */
export function traceBackend(): TraceBackend {
  if (shared) return shared;
  const backend = new TraceBackend();
  shared = backend;
  tf.registerBackend("trace", () => backend, 0);
  const kernels = new Set([
    ...tf.getKernelsForBackend("cpu").map(({ kernelName }) => kernelName),
    ...Object.keys(traceRules),
  ]);
  for (const kernelName of kernels)
    tf.registerKernel({
      kernelName,
      backendName: "trace",
      kernelFunc: ({ inputs, attrs }) =>
        runRule(kernelName, backend, { inputs, attributes: attrs ?? {} }),
    });
  return backend;
}
