/**
 * Names of weights in the reference implementation of FQGAN (github.com/showlab/FQGAN), which keeps one
 * model for two codebooks and one for three, and of LlamaGen (github.com/FoundationVision/LlamaGen), whose
 * tokenizer of one codebook theirs is made of.
 */
import { UserError } from "@fqgan/registry";
import type { Tokenizer } from "../tokenizer.js";

/** What a reference calls the parts of one codebook. */
export interface ReferenceCodebook {
  /** Where there is an adapter. */
  readonly adapter?: string;
  /** What is added to the names of its layers. */
  readonly suffix: string;
  readonly featureHead?: string;
}

/** A model that weights are published of. */
export interface ReferenceModel {
  readonly name: string;
  /** In decoder channel order, by the codebooks' names here. */
  readonly codebooks: Readonly<Record<string, ReferenceCodebook>>;
  /** What weights don't tell: the weight of the entropy term in training. */
  readonly entropyWeight: number;
}

/** The models whose weights are known by name. */
export const referenceModels: readonly ReferenceModel[] = [
  {
    name: "FQGAN-Dual",
    codebooks: {
      visual: { adapter: "visual_head", suffix: "_vis" },
      semantic: { adapter: "semantic_head", suffix: "_sem", featureHead: "feat_pred_head" },
    },
    entropyWeight: 0.03,
  },
  {
    name: "FQGAN-Triple",
    codebooks: {
      visual: { adapter: "visual_head", suffix: "_vis" },
      semanticMid: {
        adapter: "semantic_head_mid",
        suffix: "_sem_mid",
        featureHead: "mid_sem_feat_pred",
      },
      semanticHigh: {
        adapter: "semantic_head_high",
        suffix: "_sem_high",
        featureHead: "high_sem_feat_pred",
      },
    },
    entropyWeight: 0.03,
  },
  { name: "LlamaGen VQ", codebooks: { visual: { suffix: "" } }, entropyWeight: 0 },
];

/** The model that these weights are of; undefined when they are of none that is known. */
export function referenceModel(names: Iterable<string>): ReferenceModel | undefined {
  const present = new Set(names);
  if (!present.has("encoder.conv_blocks.0.res.0.conv1.weight")) return undefined;
  return referenceModels.find(({ codebooks }) =>
    Object.values(codebooks).every(({ suffix }) =>
      present.has(`quantize${suffix}.embedding.weight`),
    ),
  );
}

/** The reference's name of each of a tokenizer's variables. */
export function fqganNames(tokenizer: Tokenizer): Map<string, string> {
  const ours = tokenizer.factors.join();
  const model = referenceModels.find(({ codebooks }) => Object.keys(codebooks).join() === ours);
  if (!model)
    throw new UserError(
      `PyTorch's names: expected codebooks ${referenceModels.map(({ codebooks }) => Object.keys(codebooks).join(", ")).join("; ")}, ` +
        `got ${ours}; no published model has these, so there are no names for its weights`,
    );
  const names = [...tokenizer.namedVariables().keys()];
  return new Map(
    names.map((name) => {
      const reference = referenceName(name, model.codebooks);
      if (reference !== undefined && layers.test(reference)) return [name, reference];
      throw new UserError(
        `PyTorch's names: ${model.name} has no name for ${name}; only convolutional tokenizers with ` +
          "its kind of codebooks and adapters have published models",
      );
    }),
  );
}

/** How the names of all layers begin. */
const layers =
  /^((en|de)coder\.(conv_in|(conv|norm)_out\w*|conv_blocks\.\d+\.(res|attn|(down|up)sample)|mid\.[012]|\w*head\w*\.0)|(post_)?quant_conv\w*|quantize\w*|\w*feat_pred\w*)\./;

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

/** The reference's name of one of our tokenizer's variables; undefined for a part that it lacks. */
function referenceName(name: string, codebooks: ReferenceModel["codebooks"]): string | undefined {
  const inside = (path: string, rules: [RegExp, string][] = []) =>
    rename(rename(path, rules), leafRules);
  const branch = /^branches\.(\w+)\.(adapter|head|project|featureHead)\.(.*)$/.exec(name);
  if (branch) {
    const [, codebook, part, rest] = branch as unknown as [string, string, string, string];
    const { adapter, suffix, featureHead } = codebooks[codebook]!;
    if (part === "adapter")
      return adapter && `encoder.${adapter}.0.${inside(rest, transformerRules)}`;
    if (part === "featureHead")
      return featureHead && `${featureHead}.${inside(rest, transformerRules)}`;
    if (part === "project") return inside(`quant_conv${suffix}.${rest}`);
    const layer = rest
      .replace(/^norm\./, `norm_out${suffix}.`)
      .replace(/^output\./, `conv_out${suffix}.`);
    return inside(`encoder.${layer}`);
  }
  const codebook = /^quantization\.codebooks\.(\w+)\.codebook$/.exec(name);
  if (codebook) return `quantize${codebooks[codebook[1]!]!.suffix}.embedding.weight`;
  if (name.startsWith("combine.")) return inside(name.replace("combine.", "post_quant_conv."));
  return inside(name, convolutionalRules);
}
