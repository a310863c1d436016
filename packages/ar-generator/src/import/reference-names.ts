/**
 * How the PyTorch releases of FAR (github.com/showlab/FQGAN) and LlamaGen (github.com/FoundationVision/
 * LlamaGen) name and lay out the weights of a generator.
 */
import type { GeneratorConfig } from "../config.js";
import { feedForwardWidth } from "../feed-forward-width.js";
import { codebooksOf } from "../sampling/code-shape.js";

/** One weight there and here. */
export interface WeightName {
  readonly reference: string;
  /** Its shape there. */
  readonly shape: readonly number[];
  /** As `namedVariables` says it. */
  readonly own: string;
  /** Linear layers: PyTorch keeps [outputs, inputs], we keep [inputs, outputs]. */
  readonly transposed: boolean;
}

/** What tells the releases apart. FAR numbers its codebooks from 1; LlamaGen, with one, does not. */
const RELEASES = {
  far: { suffix: (index: number) => `_${index + 1}`, aggregates: true },
  llamagen: { suffix: () => "", aggregates: false },
} as const;

/** A release whose weights are known by name. */
export type Release = keyof typeof RELEASES;

const plain = (reference: string, own: string, ...shape: number[]): WeightName => ({
  reference,
  shape,
  own,
  transposed: false,
});

const linear = (reference: string, own: string, inputs: number, outputs: number): WeightName => ({
  reference: `${reference}.weight`,
  shape: [outputs, inputs],
  own: `${own}.kernel`,
  transposed: true,
});

function block(config: GeneratorConfig, reference: string, own: string): WeightName[] {
  const { width, heads, keyValueHeads = heads } = config;
  const inner = feedForwardWidth(config);
  const packed = (width / heads) * (heads + 2 * keyValueHeads);
  return [
    linear(`${reference}.attention.wqkv`, `${own}.attention.project`, width, packed),
    linear(`${reference}.attention.wo`, `${own}.attention.output`, width, width),
    linear(`${reference}.feed_forward.w1`, `${own}.feedForward.gate`, width, inner),
    linear(`${reference}.feed_forward.w3`, `${own}.feedForward.value`, width, inner),
    linear(`${reference}.feed_forward.w2`, `${own}.feedForward.output`, inner, width),
    plain(`${reference}.attention_norm.weight`, `${own}.attentionNorm.scale`, width),
    plain(`${reference}.ffn_norm.weight`, `${own}.feedForwardNorm.scale`, width),
  ];
}

/** Every weight of a generator in a release's order. */
export function weightNames(config: GeneratorConfig, release: Release): WeightName[] {
  const { suffix, aggregates } = RELEASES[release];
  const { width, classes, vocabularies, layers, head } = config;
  const codebooks = codebooksOf(config);
  const blocks = (count: number, reference: string, own: string) =>
    Array.from({ length: count }, (_, i) => block(config, `${reference}.${i}`, `${own}.${i}`));
  const headLayers = (head.layers as number | undefined) ?? 0;
  return [
    plain("cls_embedding.embedding_table.weight", "classEmbedding.table", classes + 1, width),
    ...codebooks.map((name, i) => {
      const reference = `tok_embeddings${suffix(i)}.weight`;
      return plain(reference, `codeEmbeddings.${name}.table`, vocabularies[name]!, width);
    }),
    ...(aggregates
      ? [
          linear("aggregation_layer", "aggregation.project", codebooks.length * width, width),
          plain("aggregation_layer.bias", "aggregation.project.bias", width),
        ]
      : []),
    ...blocks(layers, "layers", "blocks").flat(),
    ...blocks(headLayers, "ar_head", "head.blocks").flat(),
    plain("norm.weight", "head.norm.scale", width),
    ...codebooks.map((name, i) =>
      linear(`output${suffix(i)}`, `head.outputs.${name}`, width, vocabularies[name]!),
    ),
  ];
}
