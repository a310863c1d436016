import {
  type Compiled,
  compile,
  type Fed,
  type HostTensor,
  nn,
  optim,
  type Tensor,
  type Tree,
  tf,
  type Variable,
} from "@fqgan/tensor";

export interface UpdateOptions<Inputs extends Tree<HostTensor>> {
  /** Of the compiled program, for errors. */
  readonly name: string;
  /** What is lowered, `loss`, and what is reported beside it. A program over tensors. */
  readonly losses: (inputs: Fed<Inputs>) => optim.Losses;
  readonly optimizer: optim.Adam;
  /** Largest global norm of the gradients. */
  readonly clip: number;
  /** How many batches one step is made of. */
  readonly parts: number;
  /** Part of the program, when the variables have moved. */
  readonly moved?: () => void;
}

/**
 * One player's update: gradients, clipped together, and Adam. Compiled to one program; where a step is
 * made of several batches, to one that adds up the means of their gradients and one that moves.
 */
export class Update<Inputs extends Tree<HostTensor>> {
  readonly #options: UpdateOptions<Inputs>;
  /** Sums of gradients by variable; only where a step has several parts. */
  readonly #sums = new Map<Variable, Variable>();
  readonly #part: Compiled<Inputs, Record<string, Tensor>>;
  readonly #move: Compiled<Record<string, HostTensor>, { gradientNorm: Tensor }> | undefined;

  constructor(options: UpdateOptions<Inputs>) {
    this.#options = options;
    const { name, parts, optimizer } = options;
    if (parts === 1) {
      this.#part = compile<Inputs, Record<string, Tensor>>((inputs) => this.#wholeStep(inputs), {
        name,
      });
      return;
    }
    for (const variable of optimizer.variables)
      this.#sums.set(variable, nn.buffer(new Float32Array(variable.size), variable.shape));
    this.#part = compile<Inputs, Record<string, Tensor>>((inputs) => this.#addPart(inputs), {
      name: `${name}.part`,
    });
    this.#move = compile(() => this.#moveBySums(), { name: `${name}.move` });
  }

  /** Part 0, 1, … of a step; with the last one the variables move. @returns also `gradientNorm`, then */
  async run(inputs: Inputs, part: number): Promise<Record<string, HostTensor>> {
    const results = (await this.#part(inputs)) as Record<string, HostTensor>;
    if (!this.#move || part < this.#options.parts - 1) return results;
    return { ...results, ...(await this.#move({})) };
  }

  dispose(): void {
    this.#part.dispose();
    this.#move?.dispose();
    for (const sum of this.#sums.values()) sum.dispose();
  }

  #wholeStep(inputs: Fed<Inputs>): Record<string, Tensor> {
    const { losses, optimizer } = this.#options;
    const found = optim.lossGradients(() => losses(inputs), optimizer.variables);
    return { ...found.losses, gradientNorm: this.#apply(found.grads) };
  }

  #addPart(inputs: Fed<Inputs>): Record<string, Tensor> {
    const { losses, optimizer, parts } = this.#options;
    const found = optim.lossGradients(() => losses(inputs), optimizer.variables);
    for (const [variable, sum] of this.#sums) {
      const gradient = found.grads[variable.name];
      if (gradient) sum.assign(tf.add(sum, tf.div(gradient, parts)) as never);
    }
    return { ...found.losses };
  }

  #moveBySums(): { gradientNorm: Tensor } {
    const sums = [...this.#sums].map(([variable, sum]) => [variable.name, tf.clone(sum)] as const);
    const gradientNorm = this.#apply(Object.fromEntries(sums));
    for (const sum of this.#sums.values()) sum.assign(tf.zerosLike(sum) as never);
    return { gradientNorm };
  }

  /** @returns the gradients' norm before clipping */
  #apply(grads: Record<string, Tensor>): Tensor {
    const { optimizer, clip, moved } = this.#options;
    const clipped = optim.clipByGlobalNorm(grads, clip);
    optimizer.apply(clipped.grads);
    moved?.();
    return clipped.norm;
  }
}
