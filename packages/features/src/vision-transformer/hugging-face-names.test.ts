import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { randomWeights } from "../testing/weights.js";
import { clipNames, dinov2Names } from "./hugging-face-names.js";

const C = 4;

/** A third of a tensor's rows. */
function third({ data, shape }: HostTensor, index: number): HostTensor {
  const length = data.length / 3;
  const rows = data.slice(index * length, (index + 1) * length);
  return hostTensor(rows, [shape[0]! / 3, ...shape.slice(1)]);
}

it("dinov2: names as transformers has them become the model's own", () => {
  const own = randomWeights({
    cls_token: [1, 1, C],
    mask_token: [1, C],
    pos_embed: [1, 5, C],
    "patch_embed.proj.weight": [C, 3, 2, 2],
    "patch_embed.proj.bias": [C],
    "blocks.0.norm1.weight": [C],
    "blocks.0.attn.qkv.weight": [3 * C, C],
    "blocks.0.attn.qkv.bias": [3 * C],
    "blocks.0.attn.proj.weight": [C, C],
    "blocks.0.ls1.gamma": [C],
    "blocks.0.norm2.bias": [C],
    "blocks.0.mlp.fc1.weight": [4 * C, C],
    "blocks.0.mlp.fc2.bias": [C],
    "norm.weight": [C],
  });
  const layer = "encoder.layer.0";
  const part = (name: "query" | "key" | "value", leaf: "weight" | "bias") => ({
    [`${layer}.attention.attention.${name}.${leaf}`]: third(
      own[`blocks.0.attn.qkv.${leaf}`]!,
      ["query", "key", "value"].indexOf(name),
    ),
  });
  const published = {
    "embeddings.cls_token": own.cls_token!,
    "embeddings.mask_token": own.mask_token!,
    "embeddings.position_embeddings": own.pos_embed!,
    "embeddings.patch_embeddings.projection.weight": own["patch_embed.proj.weight"]!,
    "embeddings.patch_embeddings.projection.bias": own["patch_embed.proj.bias"]!,
    [`${layer}.norm1.weight`]: own["blocks.0.norm1.weight"]!,
    ...part("value", "weight"),
    ...part("query", "weight"),
    ...part("key", "weight"),
    ...part("query", "bias"),
    ...part("key", "bias"),
    ...part("value", "bias"),
    [`${layer}.attention.output.dense.weight`]: own["blocks.0.attn.proj.weight"]!,
    [`${layer}.layer_scale1.lambda1`]: own["blocks.0.ls1.gamma"]!,
    [`${layer}.norm2.bias`]: own["blocks.0.norm2.bias"]!,
    [`${layer}.mlp.fc1.weight`]: own["blocks.0.mlp.fc1.weight"]!,
    [`${layer}.mlp.fc2.bias`]: own["blocks.0.mlp.fc2.bias"]!,
    "layernorm.weight": own["norm.weight"]!,
  };
  expect(dinov2Names(published)).toEqual(own);
  expect(dinov2Names(own)).toBe(own);
});

it("clip: the image tower alone, its projection turned", () => {
  const D = 2;
  const own = randomWeights({
    class_embedding: [C],
    positional_embedding: [5, C],
    "conv1.weight": [C, 3, 2, 2],
    "ln_pre.weight": [C],
    "transformer.resblocks.3.ln_1.weight": [C],
    "transformer.resblocks.3.ln_2.bias": [C],
    "transformer.resblocks.3.attn.in_proj_weight": [3 * C, C],
    "transformer.resblocks.3.attn.in_proj_bias": [3 * C],
    "transformer.resblocks.3.attn.out_proj.weight": [C, C],
    "transformer.resblocks.3.mlp.c_fc.weight": [4 * C, C],
    "transformer.resblocks.3.mlp.c_proj.bias": [C],
    "ln_post.bias": [C],
    proj: [C, D],
  });
  const layer = "vision_model.encoder.layers.3";
  const parts = ["q", "k", "v"].flatMap((name, i) =>
    (["weight", "bias"] as const).map((leaf) => [
      `${layer}.self_attn.${name}_proj.${leaf}`,
      third(own[`transformer.resblocks.3.attn.in_proj_${leaf}`]!, i),
    ]),
  );
  const turned = new Float32Array(C * D);
  for (let c = 0; c < C; c++)
    for (let d = 0; d < D; d++) turned[d * C + c] = own.proj!.data[c * D + d]!;
  const published = {
    "text_model.final_layer_norm.weight": hostTensor(new Float32Array(C)),
    "vision_model.embeddings.position_ids": hostTensor(new Int32Array(5), [1, 5]),
    "vision_model.embeddings.class_embedding": own.class_embedding!,
    "vision_model.embeddings.position_embedding.weight": own.positional_embedding!,
    "vision_model.embeddings.patch_embedding.weight": own["conv1.weight"]!,
    "vision_model.pre_layrnorm.weight": own["ln_pre.weight"]!,
    [`${layer}.layer_norm1.weight`]: own["transformer.resblocks.3.ln_1.weight"]!,
    [`${layer}.layer_norm2.bias`]: own["transformer.resblocks.3.ln_2.bias"]!,
    ...(Object.fromEntries(parts) as Record<string, HostTensor>),
    [`${layer}.self_attn.out_proj.weight`]: own["transformer.resblocks.3.attn.out_proj.weight"]!,
    [`${layer}.mlp.fc1.weight`]: own["transformer.resblocks.3.mlp.c_fc.weight"]!,
    [`${layer}.mlp.fc2.bias`]: own["transformer.resblocks.3.mlp.c_proj.bias"]!,
    "vision_model.post_layernorm.bias": own["ln_post.bias"]!,
    "visual_projection.weight": hostTensor(turned, [D, C]),
  };
  expect(clipNames(published)).toEqual(own);
  expect(clipNames(own)).toBe(own);
});
