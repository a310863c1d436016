import { type Tensor, tf, type Variable } from "../tf.js";

/**
 * Something with named variables: fields that are variables, modules, or arrays and records of them.
 * Names are dotted paths of fields, in order of declaration: `encoder.blocks.0.conv1.kernel`. A variable
 * that two fields share is listed once, under the first.
 * Private state that is not part of the model lives in `#` fields, which are not seen here.
 */
export abstract class Module {
  /** Every variable by name: weights (trainable) and buffers (not trainable). */
  namedVariables(prefix = ""): Map<string, Variable> {
    const found = new Map<string, Variable>();
    collect(this, prefix, { found, seen: new Set() });
    return found;
  }

  /** The variables that an optimizer moves. */
  trainableVariables(): Variable[] {
    return [...this.namedVariables().values()].filter((variable) => variable.trainable);
  }

  /** Number of trainable scalars. */
  parameterCount(): number {
    return this.trainableVariables().reduce((sum, variable) => sum + variable.size, 0);
  }

  dispose(): void {
    for (const variable of this.namedVariables().values()) variable.dispose();
  }
}

interface Collection {
  readonly found: Map<string, Variable>;
  /** Everything visited: shared variables and modules count once, circles end. */
  readonly seen: Set<unknown>;
}

function collect(node: unknown, path: string, { found, seen }: Collection): void {
  const isVariable = node instanceof tf.Variable;
  const isContainer =
    node instanceof Module ||
    Array.isArray(node) ||
    (node !== null && typeof node === "object" && Object.getPrototypeOf(node) === Object.prototype);
  if (!(isVariable || isContainer) || seen.has(node)) return;
  seen.add(node);
  if (isVariable) {
    if (found.has(path))
      throw new Error(`Module: two variables are named ${path}; rename one field`);
    found.set(path, node);
    return;
  }
  for (const [name, child] of Object.entries(node as object))
    collect(child, path ? `${path}.${name}` : name, { found, seen });
}

/** The tensor it is made from goes at once, or the two would share (and keep) their values. */
function variable(values: Float32Array, shape: readonly number[], trainable: boolean): Variable {
  const initial = tf.tensor(values, [...shape], "float32");
  const made = tf.variable(initial, trainable);
  initial.dispose();
  return made;
}

/** A trainable weight from row-major values. */
export function parameter(values: Float32Array, shape: readonly number[]): Variable {
  return variable(values, shape, true);
}

/** A variable that is part of the model's state but has no gradient (running statistics, counters). */
export function buffer(values: Float32Array, shape: readonly number[]): Variable {
  return variable(values, shape, false);
}

/** What a layer without state looks like to the code that uses it. */
export type Layer = { call(x: Tensor): Tensor };
