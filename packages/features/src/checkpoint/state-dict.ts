import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

const SHOWN = 8;

/**
 * Weights under their PyTorch names, taken one by one while a network is built. What is missing, has
 * another shape or is left over is named in one error.
 */
export class StateDict {
  readonly #tensors: Readonly<Record<string, HostTensor>>;
  readonly #taken = new Set<string>();
  readonly #problems: string[] = [];

  /** @param where names the file in errors */
  constructor(
    tensors: Readonly<Record<string, HostTensor>>,
    readonly where: string,
  ) {
    this.#tensors = tensors;
  }

  names(): string[] {
    return Object.keys(this.#tensors);
  }

  has(name: string): boolean {
    return this.#tensors[name] !== undefined;
  }

  /** Sizes that the weights themselves tell; a UserError where the tensor isn't there. */
  shapeOf(name: string): readonly number[] {
    const tensor = this.#tensors[name];
    if (tensor) return tensor.shape;
    const found = this.names().slice(0, 3).join(", ") || "no tensors";
    throw new UserError(
      `${this.where}: expected weights with ${name}, got ${found}, …; are they another network's?`,
    );
  }

  /** Row-major values in PyTorch's layout; zeros where there is a problem, which `finish` reports. */
  take(name: string, shape: readonly number[]): Float32Array {
    const tensor = this.#tensors[name];
    this.#taken.add(name);
    if (tensor?.shape.join() === shape.join() && tensor.dtype === "float32")
      return tensor.data as Float32Array;
    this.#problems.push(
      tensor
        ? `${name}: expected float32 [${shape}], got ${tensor.dtype} [${tensor.shape}]`
        : `missing ${name} [${shape}]`,
    );
    return new Float32Array(shape.reduce((product, side) => product * side, 1));
  }

  /** Reports every problem, and every tensor that nobody took. */
  finish(): void {
    const extra = this.names().filter((name) => !this.#taken.has(name));
    const problems = [...this.#problems, ...extra.map((name) => `unexpected ${name}`)];
    if (problems.length === 0) return;
    const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : [];
    const lines = [...problems.slice(0, SHOWN), ...more].join("\n  ");
    throw new UserError(`${this.where}: these weights belong to another network:\n  ${lines}`);
  }
}

/** Builds a network from weights, and nothing of it where they don't fit. */
export function buildNetwork<N extends { dispose(): void }>(
  weights: StateDict,
  build: (weights: StateDict) => N,
): N {
  const network = build(weights);
  try {
    weights.finish();
  } catch (error) {
    network.dispose();
    throw error;
  }
  return network;
}

/** The tensors whose names a rule gives; those it gives no name are left out. */
export function renamed(
  tensors: Readonly<Record<string, HostTensor>>,
  rule: (name: string) => string | undefined,
): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) => {
      const chosen = rule(name);
      return chosen === undefined ? [] : [[chosen, tensor] as const];
    }),
  );
}
