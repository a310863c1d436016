import { createQuantizer, type EstimatorName, estimators } from "@fqgan/quantizer";
import type { StrategyConfig } from "@fqgan/registry";
import { createKey, type HostTensor, type nn, type Scalar, type Variable } from "@fqgan/tensor";
import type { Subject, Weight } from "./subject.js";

type Losses = Readonly<Record<string, Scalar>>;

/** The variable of that name. */
export function variableOf(module: nn.Module, name: string): Variable {
  const variable = module.namedVariables().get(name);
  if (variable) return variable;
  throw new Error(`expected a variable ${name}, got ${[...module.namedVariables().keys()]}`);
}

/** A subject of one quantizer with one code per position. */
export function singleSubject(options: {
  readonly config: StrategyConfig;
  readonly estimator?: EstimatorName;
  /** Ours by the reference's names. */
  readonly weights?: Readonly<
    Record<string, string | { name: string; fromGolden: NonNullable<Weight["fromGolden"]> }>
  >;
  /** Our losses by the reference's names. */
  readonly losses?: (own: Losses) => Losses;
  readonly goldenIndices?: (
    tensors: Readonly<Record<string, HostTensor>>,
  ) => Readonly<Record<string, HostTensor>>;
}): Subject {
  const { config, estimator = "straight-through", weights = {}, losses = () => ({}) } = options;
  const quantizer = createQuantizer(config, createKey(0));
  return {
    weights: Object.fromEntries(
      Object.entries(weights).map(([golden, ours]): [string, Weight] => {
        if (typeof ours === "string") return [golden, { variable: variableOf(quantizer, ours) }];
        const { name, fromGolden } = ours;
        return [golden, { variable: variableOf(quantizer, name), fromGolden }];
      }),
    ),
    forward(latents, mode) {
      const quantized = quantizer.quantize(latents, mode);
      if (mode.training) quantizer.update?.(quantized);
      return {
        output: mode.training ? estimators[estimator](quantized) : quantized.codes,
        indices: { indices: quantized.indices },
        losses: mode.training ? losses(quantized.losses) : {},
      };
    },
    lookup: (indices) => quantizer.lookup(indices),
    ...(options.goldenIndices && { goldenIndices: options.goldenIndices }),
  };
}
