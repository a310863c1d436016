import type { HostTensor, Scalar, Tensor1D, Tensor2D, Variable } from "@fqgan/tensor";

/** What a reference quantizer returns, by the names that its golden values have. */
export interface Forward {
  /** [N, D] what the decoder sees. */
  readonly output: Tensor2D;
  /** [N] each: `indices`, or several of them. */
  readonly indices: Readonly<Record<string, Tensor1D>>;
  readonly losses: Readonly<Record<string, Scalar>>;
}

/** A value of ours that stands for a tensor of the reference's state. */
export interface Weight {
  readonly variable: Variable;
  /** The reference's value in our layout; a plain reshape unless given. */
  readonly fromGolden?: (golden: HostTensor) => HostTensor;
}

/** One of our quantizers set up to do what a golden case did. */
export interface Subject {
  /** By the names in `state.*`, `grad.*` and `state_after.*`. */
  readonly weights: Readonly<Record<string, Weight>>;
  forward(latents: Tensor2D, mode: { readonly training: boolean }): Forward;
  /** Golden lookups beyond the forward pass: rows of code vectors by index. */
  readonly lookup?: (indices: Tensor1D) => Tensor2D;
  /** The golden indices, where they are named or laid out in another way than `forward` names them. */
  readonly goldenIndices?: (
    tensors: Readonly<Record<string, HostTensor>>,
  ) => Readonly<Record<string, HostTensor>>;
}

/** What a case says about its reference: its class, its arguments, and its tensors. */
export interface Reference {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/** Builds a subject for the reference's classes that it knows, or undefined. */
export type SubjectOf = (reference: Reference) => Subject | undefined;
