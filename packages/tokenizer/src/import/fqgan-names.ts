/**
 * Names of weights in the reference implementation of FQGAN (github.com/showlab/FQGAN), which keeps
 * one model for two codebooks and one for three.
 */
import { UserError } from "@fqgan/registry";
import type { Tokenizer } from "../tokenizer.js";

/** What the reference calls the parts of one codebook. */
export interface ReferenceCodebook {
  readonly adapter: string;
  readonly suffix: string;
  readonly featureHead?: string;
}

type ReferenceCodebooks = Readonly<Record<string, ReferenceCodebook>>;

/** In decoder channel order, by the codebooks' names here. */
const dual: ReferenceCodebooks = {
  visual: { adapter: "visual_head", suffix: "vis" },
  semantic: { adapter: "semantic_head", suffix: "sem", featureHead: "feat_pred_head" },
};
const triple: ReferenceCodebooks = {
  visual: { adapter: "visual_head", suffix: "vis" },
  semanticMid: {
    adapter: "semantic_head_mid",
    suffix: "sem_mid",
    featureHead: "mid_sem_feat_pred",
  },
  semanticHigh: {
    adapter: "semantic_head_high",
    suffix: "sem_high",
    featureHead: "high_sem_feat_pred",
  },
};

const models = [dual, triple];

/** The codebooks of the model that these weights are of; undefined when they are of neither. */
export function referenceCodebooks(names: Iterable<string>): ReferenceCodebooks | undefined {
  const present = new Set(names);
  return models.find((codebooks) =>
    Object.values(codebooks).every(({ suffix }) =>
      present.has(`quantize_${suffix}.embedding.weight`),
    ),
  );
}

/** The reference's name of each of a tokenizer's variables. */
export function fqganNames(tokenizer: Tokenizer): Map<string, string> {
  const ours = Object.keys(tokenizer.codebooks).join();
  const codebooks = models.find((model) => Object.keys(model).join() === ours);
  if (!codebooks)
    throw new UserError(
      `FQGAN's names: expected codebooks ${models.map((model) => Object.keys(model).join(", ")).join(" or ")}, ` +
        `got ${ours}; the reference implementation has no other models`,
    );
  const names = [...tokenizer.namedVariables().keys()];
  return new Map(names.map((name) => [name, referenceName(name, codebooks)]));
}

const transformerRules: [RegExp, string][] = [
  [/positionTable$/, "positional_embedding"],
  [/classEmbedding$/, "class_embedding"],
  [/normBefore\./, "ln_pre."],
  [/normAfter\./, "ln_post."],
  [/blocks\.(\d+)\.norm(\d)\./, "transformer.$1.ln_$2."],
  [/blocks\.(\d+)\.attention\.project\.kernel$/, "transformer.$1.attn.in_proj_weight"],
  [/blocks\.(\d+)\.attention\.project\.bias$/, "transformer.$1.attn.in_proj_bias"],
  [/blocks\.(\d+)\.attention\.output\./, "transformer.$1.attn.out_proj."],
  [/blocks\.(\d+)\.expand\./, "transformer.$1.mlp.c_fc."],
  [/blocks\.(\d+)\.contract\./, "transformer.$1.mlp.c_proj."],
  [/^expand\./, "upscale.0."],
  [/^project\./, "upscale.2."],
];

const convolutionalRules: [RegExp, string][] = [
  [/^(en|de)coder\.input\./, "$1coder.conv_in."],
  [/^decoder\.norm\./, "decoder.norm_out."],
  [/^decoder\.output\./, "decoder.conv_out."],
  [/\.middle\.first\./, ".mid.0."],
  [/\.middle\.attention\./, ".mid.1."],
  [/\.middle\.second\./, ".mid.2."],
  [/\.levels\.(\d+)\.blocks\./, ".conv_blocks.$1.res."],
  [/\.levels\.(\d+)\.attentions\./, ".conv_blocks.$1.attn."],
  [/\.levels\.(\d+)\.(down|up)sample\./, ".conv_blocks.$1.$2sample.conv."],
  [/\.shortcut\./, ".nin_shortcut."],
  [/(\.mid\.1|\.attn\.\d+)\.query\./, "$1.q."],
  [/(\.mid\.1|\.attn\.\d+)\.key\./, "$1.k."],
  [/(\.mid\.1|\.attn\.\d+)\.value\./, "$1.v."],
  [/(\.mid\.1|\.attn\.\d+)\.output\./, "$1.proj_out."],
];

/** Normalisations call their affine weight and bias; so do linear and convolutional layers their kernel. */
const leafRules: [RegExp, string][] = [
  [/\.(kernel|scale)$/, ".weight"],
  [/\.shift$/, ".bias"],
];

const rename = (name: string, rules: [RegExp, string][]) =>
  rules.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), name);

/** The reference's name of one of our tokenizer's variables. */
function referenceName(name: string, codebooks: ReferenceCodebooks): string {
  const inside = (path: string, rules: [RegExp, string][] = []) =>
    rename(rename(path, rules), leafRules);
  const branch = /^branches\.(\w+)\.(adapter|head|project|featureHead)\.(.*)$/.exec(name);
  if (branch) {
    const [, codebook, part, rest] = branch as unknown as [string, string, string, string];
    const { adapter, suffix, featureHead } = codebooks[codebook]!;
    if (part === "adapter") return `encoder.${adapter}.0.${inside(rest, transformerRules)}`;
    if (part === "featureHead") return `${featureHead}.${inside(rest, transformerRules)}`;
    if (part === "project") return inside(`quant_conv_${suffix}.${rest}`);
    return inside(
      `encoder.${rest.replace(/^norm\./, `norm_out_${suffix}.`).replace(/^output\./, `conv_out_${suffix}.`)}`,
    );
  }
  const codebook = /^quantization\.codebooks\.(\w+)\.codebook$/.exec(name);
  if (codebook) return `quantize_${codebooks[codebook[1]!]!.suffix}.embedding.weight`;
  if (name.startsWith("combine.")) return inside(name.replace("combine.", "post_quant_conv."));
  return inside(name, convolutionalRules);
}
