/**
 * How the PyTorch releases of FAR (github.com/showlab/FQGAN) and LlamaGen (github.com/FoundationVision/
 * LlamaGen) name and lay out the weights of a generator.
 */
import { codebooksOf, type GeneratorConfig } from "../config.js";

/** One weight there and here. */
export interface WeightName {
  readonly reference: string;
  /** As `namedVariables` says it. */
  readonly own: string;
  /** Linear layers: PyTorch keeps [outputs, inputs], we keep [inputs, outputs]. */
  readonly transposed: boolean;
}

const plain = (reference: string, own: string): WeightName => ({
  reference,
  own,
  transposed: false,
});
const linear = (reference: string, own: string): WeightName => ({
  reference: `${reference}.weight`,
  own: `${own}.kernel`,
  transposed: true,
});

function block(reference: string, own: string): WeightName[] {
  return [
    linear(`${reference}.attention.wqkv`, `${own}.attention.project`),
    linear(`${reference}.attention.wo`, `${own}.attention.output`),
    linear(`${reference}.feed_forward.w1`, `${own}.feedForward.gate`),
    linear(`${reference}.feed_forward.w3`, `${own}.feedForward.value`),
    linear(`${reference}.feed_forward.w2`, `${own}.feedForward.output`),
    plain(`${reference}.attention_norm.weight`, `${own}.attentionNorm.scale`),
    plain(`${reference}.ffn_norm.weight`, `${own}.feedForwardNorm.scale`),
  ];
}

const blocks = (count: number, reference: string, own: string) =>
  Array.from({ length: count }, (_, i) => block(`${reference}.${i}`, `${own}.${i}`)).flat();

/** What tells the releases apart. FAR numbers its codebooks from 1; LlamaGen, with one, does not. */
const RELEASES = {
  far: { suffix: (index: number) => `_${index + 1}`, aggregates: true },
  llamagen: { suffix: () => "", aggregates: false },
} as const;

export type Release = keyof typeof RELEASES;

/** Every weight of a generator in a release's order. */
export function weightNames(config: GeneratorConfig, release: Release): WeightName[] {
  const { suffix, aggregates } = RELEASES[release];
  const codebooks = codebooksOf(config);
  const headLayers = (config.head.layers as number | undefined) ?? 0;
  return [
    plain("cls_embedding.embedding_table.weight", "classEmbedding.table"),
    ...codebooks.map((name, i) =>
      plain(`tok_embeddings${suffix(i)}.weight`, `codeEmbeddings.${name}.table`),
    ),
    ...(aggregates
      ? [
          linear("aggregation_layer", "aggregation.project"),
          plain("aggregation_layer.bias", "aggregation.project.bias"),
        ]
      : []),
    ...blocks(config.layers, "layers", "blocks"),
    ...blocks(headLayers, "ar_head", "head.blocks"),
    plain("norm.weight", "head.norm.scale"),
    ...codebooks.map((name, i) => linear(`output${suffix(i)}`, `head.outputs.${name}`)),
  ];
}
