/**
 * What this package needs of ONNX Runtime. The caller brings one, `onnxruntime-node` or `onnxruntime-web`, so
 * that a page loads the build and the provider that it wants.
 */

/** A tensor of ONNX Runtime. Those that stay on a GPU are fed back without being read. */
export interface TensorLike {
  readonly data: unknown;
  readonly dims: readonly number[];
  dispose?(): void;
}

/** A session of ONNX Runtime. */
export interface SessionLike {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, TensorLike>>): Promise<Readonly<Record<string, TensorLike>>>;
  release?(): Promise<void>;
}

/** How a runtime makes tensors. */
export interface TensorConstructor {
  new (type: "float32", data: Float32Array, dims: readonly number[]): TensorLike;
  new (type: "int32", data: Int32Array, dims: readonly number[]): TensorLike;
}

/** Opens one of the files that a manifest names. */
export type CreateSession = (file: string) => Promise<SessionLike>;

/** An ONNX Runtime of any platform, as far as it is needed. */
export interface OnnxRuntime {
  readonly createSession: CreateSession;
  /** ONNX Runtime's own class. */
  readonly Tensor: TensorConstructor;
}

export type Tensors = Readonly<Record<string, TensorLike>>;

let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs a session on those of the values that it has inputs for. One run at a time, whatever the session:
 * the runtimes of browsers take no second one while they wait for a GPU.
 */
export function runSession(session: SessionLike, values: Tensors): Promise<Tensors> {
  const feeds: Record<string, TensorLike> = {};
  for (const name of session.inputNames) {
    const value = values[name];
    if (!value) throw new Error(`an exported file wants ${name}, got ${Object.keys(values)}`);
    feeds[name] = value;
  }
  const result = turn.then(() => session.run(feeds));
  turn = result.catch(() => {});
  return result;
}
