/**
 * Weights of VQGAN (github.com/CompVis/taming-transformers) and of latent diffusion's autoencoders, SD-VQGAN and
 * SD-VAE (github.com/CompVis/latent-diffusion), which have one network and one way to name its weights.
 */
import { UserError } from "@fqgan/registry";
import { createKey, type HostTensor, nn, writeVariables } from "@fqgan/tensor";
import { parseTokenizerConfig } from "../config.js";
import { Tokenizer } from "../tokenizer.js";
import { type LatentDiffusionFacts, latentDiffusionConfig } from "./latent-diffusion-config.js";
import { fromTorch } from "./layout.js";

const rules: [RegExp, string][] = [
  [/^branches\.visual\.head\.norm\./, "encoder.norm_out."],
  [/^branches\.visual\.head\.output\./, "encoder.conv_out."],
  [/^branches\.visual\.project\./, "quant_conv."],
  [/^quantization\.codebooks\.visual\.codebook$/, "quantize.embedding.weight"],
  [/^combine\./, "post_quant_conv."],
  [/^(en|de)coder\.input\./, "$1coder.conv_in."],
  [/^decoder\.norm\./, "decoder.norm_out."],
  [/^decoder\.output\./, "decoder.conv_out."],
  [/\.middle\.first\./, ".mid.block_1."],
  [/\.middle\.second\./, ".mid.block_2."],
  [/\.middle\.attention\./, ".mid.attn_1."],
  [/^encoder\.levels\./, "encoder.down."],
  [/\.blocks\.(\d+)\./, ".block.$1."],
  [/\.attentions\.(\d+)\./, ".attn.$1."],
  [/\.(down|up)sample\./, ".$1sample.conv."],
  [/\.shortcut\./, ".nin_shortcut."],
  [/(\.attn(?:_|\.)\d+)\.query\./, "$1.q."],
  [/(\.attn(?:_|\.)\d+)\.key\./, "$1.k."],
  [/(\.attn(?:_|\.)\d+)\.value\./, "$1.v."],
  [/(\.attn(?:_|\.)\d+)\.output\./, "$1.proj_out."],
  [/\.(kernel|scale)$/, ".weight"],
  [/\.shift$/, ".bias"],
];

/** Their name of each of a tokenizer's variables: one factor named `visual`, convolutions, no adapter. */
export function latentDiffusionNames(tokenizer: Tokenizer): Map<string, string> {
  const { encoder, decoder } = tokenizer.config;
  const factors = tokenizer.factors.join();
  if (factors !== "visual" || encoder.name !== "convolutional" || decoder.name !== "convolutional")
    throw new UserError(
      `latent diffusion's names: expected convolutional networks and one codebook "visual", got ` +
        `${encoder.name}, ${decoder.name} and ${factors}; take a preset such as vqgan or sd-vae`,
    );
  const lowest = (decoder.multipliers as readonly number[]).length - 1;
  return new Map(
    [...tokenizer.namedVariables().keys()].map((name) => {
      // Their levels run from the full resolution down in the decoder too.
      const counted = name.replace(
        /^decoder\.levels\.(\d+)/,
        (_, level: string) => `decoder.up.${lowest - Number(level)}`,
      );
      return [name, rules.reduce((now, [pattern, to]) => now.replace(pattern, to), counted)];
    }),
  );
}

/** What is the model's own in a file; the rest is its losses' and averages. */
export const OWN_WEIGHTS = /^(encoder|decoder|quantize|(post_)?quant_conv)\./;

const SHOWN = 4;

const some = (what: string, names: readonly string[]) =>
  names.length === 0
    ? []
    : [`${what} ${names.slice(0, SHOWN)}${names.length > SHOWN ? ", …" : ""}`];

/**
 * Their tensors by our names in our layouts, for `writeVariables`. What belongs to their losses, and
 * averages of weights, is left out; anything else that is missing, or that it has no place for, is an error.
 * @param where names their source in errors
 */
export function latentDiffusionWeights(
  tokenizer: Tokenizer,
  tensors: Readonly<Record<string, HostTensor>>,
  where: string,
): Record<string, HostTensor> {
  const variables = tokenizer.namedVariables();
  const names = [...latentDiffusionNames(tokenizer)];
  const known = new Set(names.map(([, theirs]) => theirs));
  const missing = [...known].filter((name) => !(name in tensors));
  const extra = Object.keys(tensors).filter((name) => OWN_WEIGHTS.test(name) && !known.has(name));
  if (missing.length + extra.length > 0)
    throw new UserError(
      `${where}: expected the weights of VQGAN or latent diffusion's autoencoders, ${[
        ...some("missing", missing),
        ...some("unexpected", extra),
      ].join(", ")}; is it another model's, or does the tokenizer have other levels?`,
    );
  return Object.fromEntries(
    names.map(([name, theirs]) => [
      name,
      fromTorch(name, tensors[theirs]!, variables.get(name)!.rank),
    ]),
  );
}

/** A tokenizer with their weights, its structure read off the shapes. @param where names their source in errors */
export function importLatentDiffusion(
  tensors: Readonly<Record<string, HostTensor>>,
  facts: LatentDiffusionFacts = {},
  where = "weights",
): Tokenizer {
  const config = parseTokenizerConfig(latentDiffusionConfig(tensors, facts, where), where);
  const tokenizer = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  const weights = latentDiffusionWeights(tokenizer, tensors, where);
  writeVariables(tokenizer.namedVariables(), weights, where);
  return tokenizer;
}
