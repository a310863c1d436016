import { parseConfig, UserError } from "@fqgan/registry";
import { type HostTensor, nn, transposeHost, writeVariables } from "@fqgan/tensor";
import { type GeneratorConfig, type GeneratorInput, generatorSchema } from "../config.js";
import { Generator } from "../transformer.js";
import { type Release, weightNames } from "./reference-names.js";

type Tensors = Readonly<Record<string, HostTensor>>;

/** What a reference checkpoint's weights do not say. */
export interface ReferenceFacts {
  /** Codebook names in their order there; FAR's are visual, semantic or visual, semanticMid, semanticHigh. */
  readonly codebooks?: readonly string[];
  /** [16, 16] by default. */
  readonly grid?: readonly [number, number];
  /** By default the width / 64, as in every FAR and in LlamaGen up to XXL. */
  readonly heads?: number;
  readonly dropout?: GeneratorInput["dropout"];
}

const USUAL_NAMES = [["code"], ["visual", "semantic"], ["visual", "semanticMid", "semanticHigh"]];

const EMBEDDINGS = /^tok_embeddings(_\d+)?\.weight$/;

/** Whether weights of these names are those of a generator of FAR or LlamaGen. */
export const isReferenceGenerator = (names: readonly string[]): boolean =>
  names.some((name) => EMBEDDINGS.test(name));

/** Which release these weights' names belong to. */
export function releaseOf(names: Readonly<Record<string, unknown>>): Release {
  return "tok_embeddings_1.weight" in names ? "far" : "llamagen";
}

/** The config of the FAR or LlamaGen model that has these weights. */
export function referenceConfig(
  shapes: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  facts: ReferenceFacts,
  where: string,
): GeneratorConfig {
  const shapeOf = (name: string): readonly number[] => {
    const found = shapes[name];
    if (found) return found.shape;
    throw new UserError(
      `${where}: expected weights of FAR or LlamaGen, but ${name} is missing; is it another model?`,
    );
  };
  const countOf = (prefix: string) => {
    const indices = Object.keys(shapes).flatMap((name) =>
      name.startsWith(`${prefix}.`) ? [Number(name.split(".")[1])] : [],
    );
    return indices.length === 0 ? 0 : Math.max(...indices) + 1;
  };
  const embeddings = Object.keys(shapes).filter((name) => EMBEDDINGS.test(name));
  const { codebooks = USUAL_NAMES[embeddings.length - 1], grid = [16, 16], dropout } = facts;
  if (!codebooks || codebooks.length !== embeddings.length)
    throw new UserError(
      `${where}: expected the names of its ${embeddings.length} codebooks, got ` +
        `${codebooks?.join(", ") || "none"}; take the tokenizer that it was trained with`,
    );
  const isFar = releaseOf(shapes) === "far";
  const [rows, width] = shapeOf("cls_embedding.embedding_table.weight") as [number, number];
  const { heads = width / 64 } = facts;
  const inner = shapeOf("layers.0.feed_forward.w1.weight")[0]!;
  const packed = shapeOf("layers.0.attention.wqkv.weight")[0]! / (width / heads);
  const usual = Math.ceil(Math.floor((8 * width) / 3) / 256) * 256;
  return parseConfig(
    generatorSchema,
    {
      vocabularies: Object.fromEntries(
        codebooks.map((name, i) => [
          name,
          shapeOf(isFar ? `tok_embeddings_${i + 1}.weight` : "tok_embeddings.weight")[0]!,
        ]),
      ),
      grid: [...grid],
      classes: rows - 1,
      width,
      layers: countOf("layers"),
      heads,
      ...(packed === 3 * heads ? {} : { keyValueHeads: (packed - heads) / 2 }),
      feedForwardMultiple: inner === usual ? 256 : inner,
      aggregation: { name: isFar ? "concat" : "sum" },
      head: isFar ? { name: "factorized", layers: countOf("ar_head") } : { name: "single" },
      ...(dropout ? { dropout } : {}),
    },
    where,
  );
}

/** Weights under the reference's names and layout as ours. Every one must be there, none may be left. */
export function importWeights(
  config: GeneratorConfig,
  tensors: Tensors,
): Record<string, HostTensor> {
  const names = weightNames(config, releaseOf(tensors));
  const known = new Map(names.map((name) => [name.reference, name]));
  return Object.fromEntries(
    Object.entries(tensors).map(([reference, tensor]) => {
      const name = known.get(reference);
      if (!name) return [reference, tensor];
      return [name.own, name.transposed ? transposeHost(tensor) : tensor];
    }),
  );
}

/** Our weights, gradients or moments under the reference's names and layout. */
export function exportWeights(
  config: GeneratorConfig,
  tensors: Tensors,
  release: Release,
): Record<string, HostTensor> {
  return Object.fromEntries(
    weightNames(config, release).flatMap(({ reference, own, transposed }) => {
      const tensor = tensors[own];
      return tensor ? [[reference, transposed ? transposeHost(tensor) : tensor]] : [];
    }),
  );
}

/**
 * A generator from the weights of a PyTorch checkpoint of FAR or LlamaGen (its `model` or `ema` entry).
 * @param where names the checkpoint in errors
 */
export function importGenerator(tensors: Tensors, facts: ReferenceFacts, where: string): Generator {
  const config = referenceConfig(tensors, facts, where);
  const generator = nn.withoutInitialValues(() => new Generator(config));
  writeVariables(generator.namedVariables(), importWeights(generator.config, tensors), where);
  return generator;
}
