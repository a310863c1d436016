/**
 * Weights as Hugging Face's `transformers` names and cuts them (`model.safetensors`), under the names of the
 * models' own code: queries, keys and values become one matrix again.
 */
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { transposed } from "../layers/layout.js";

type Tensors = Readonly<Record<string, HostTensor>>;
type Rules = readonly (readonly [pattern: RegExp, name: string])[];

const dinov2Rules: Rules = [
  [/^embeddings\.cls_token$/, "cls_token"],
  [/^embeddings\.mask_token$/, "mask_token"],
  [/^embeddings\.position_embeddings$/, "pos_embed"],
  [/^embeddings\.patch_embeddings\.projection\./, "patch_embed.proj."],
  [/^encoder\.layer\.(\d+)\.(norm\d)\./, "blocks.$1.$2."],
  [/^encoder\.layer\.(\d+)\.attention\.attention\.(query|key|value)\./, "blocks.$1.attn.$2."],
  [/^encoder\.layer\.(\d+)\.attention\.output\.dense\./, "blocks.$1.attn.proj."],
  [/^encoder\.layer\.(\d+)\.layer_scale(\d)\.lambda1$/, "blocks.$1.ls$2.gamma"],
  [/^encoder\.layer\.(\d+)\.mlp\.(fc\d)\./, "blocks.$1.mlp.$2."],
  [/^layernorm\./, "norm."],
];

const clipRules: Rules = [
  [/^vision_model\.embeddings\.class_embedding$/, "class_embedding"],
  [/^vision_model\.embeddings\.position_embedding\.weight$/, "positional_embedding"],
  [/^vision_model\.embeddings\.patch_embedding\./, "conv1."],
  [/^vision_model\.pre_layrnorm\./, "ln_pre."],
  [/^vision_model\.post_layernorm\./, "ln_post."],
  [/^vision_model\.encoder\.layers\.(\d+)\.layer_norm(\d)\./, "transformer.resblocks.$1.ln_$2."],
  [
    /^vision_model\.encoder\.layers\.(\d+)\.self_attn\.([qkv])_proj\.(weight|bias)$/,
    "transformer.resblocks.$1.attn.$2.$3",
  ],
  [
    /^vision_model\.encoder\.layers\.(\d+)\.self_attn\.out_proj\./,
    "transformer.resblocks.$1.attn.out_proj.",
  ],
  [/^vision_model\.encoder\.layers\.(\d+)\.mlp\.fc1\./, "transformer.resblocks.$1.mlp.c_fc."],
  [/^vision_model\.encoder\.layers\.(\d+)\.mlp\.fc2\./, "transformer.resblocks.$1.mlp.c_proj."],
  [/^visual_projection\.weight$/, "proj"],
];

/** DINOv2's names; what has them already comes back as it is. */
export function dinov2Names(tensors: Tensors): Tensors {
  const bare = withoutPrefix(tensors, "dinov2.");
  if (!bare["embeddings.cls_token"]) return tensors;
  const named = rename(bare, dinov2Rules);
  return joined(named, {
    parts: /^(blocks\.\d+\.attn)\.query\.(weight|bias)$/,
    part: (block, leaf) => ["query", "key", "value"].map((name) => `${block}.${name}.${leaf}`),
    whole: (block, leaf) => `${block}.qkv.${leaf}`,
  });
}

/** OpenAI's names of CLIP's image tower; what has them already comes back as it is. */
export function clipNames(tensors: Tensors): Tensors {
  if (!tensors["vision_model.embeddings.class_embedding"]) return tensors;
  const named = { ...rename(tensors, clipRules) };
  const { proj } = named;
  if (proj) {
    const [outputs, inputs] = proj.shape as [number, number];
    const data = transposed(proj.data as Float32Array, outputs, inputs);
    named.proj = hostTensor(data, [inputs, outputs]);
  }
  return joined(named, {
    parts: /^(transformer\.resblocks\.\d+\.attn)\.q\.(weight|bias)$/,
    part: (block, leaf) => ["q", "k", "v"].map((name) => `${block}.${name}.${leaf}`),
    whole: (block, leaf) => `${block}.in_proj_${leaf}`,
  });
}

const withoutPrefix = (tensors: Tensors, prefix: string): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name.startsWith(prefix) ? name.slice(prefix.length) : name,
      tensor,
    ]),
  );

/** Names that no rule knows (the text tower, a classifier) are left out. */
function rename(tensors: Tensors, rules: Rules): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) => {
      const rule = rules.find(([pattern]) => pattern.test(name));
      return rule ? [[name.replace(...rule), tensor] as const] : [];
    }),
  );
}

/** Tensors that lie apart, under each other in one. */
function joined(
  tensors: Record<string, HostTensor>,
  names: {
    readonly parts: RegExp;
    part(block: string, leaf: string): string[];
    whole(block: string, leaf: string): string;
  },
): Tensors {
  const result = { ...tensors };
  for (const name of Object.keys(tensors)) {
    const [, block, leaf] = names.parts.exec(name) ?? [];
    if (block === undefined || leaf === undefined) continue;
    const parts = names.part(block, leaf).flatMap((part) => tensors[part] ?? []);
    for (const part of names.part(block, leaf)) delete result[part];
    result[names.whole(block, leaf)] = under(parts);
  }
  return result;
}

function under(parts: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return hostTensor(data, [rows, ...parts[0]!.shape.slice(1)]);
}
