/**
 * Weights of the reference implementation of FQGAN (arXiv 2411.16681) or of LlamaGen's tokenizer
 * (arXiv 2406.06525), by their names and in PyTorch's layouts, as a tokenizer of ours: the structure is
 * read off the shapes.
 */
import { UserError } from "@fqgan/registry";
import { createKey, type HostTensor, nn, withoutWrappers, writeVariables } from "@fqgan/tensor";
import type { TokenizerConfigInput } from "../config.js";
import { parseTokenizerConfig } from "../config.js";
import { mapRecord } from "../map-record.js";
import { Tokenizer } from "../tokenizer.js";
import { fqganShapes } from "./fqgan-export.js";
import { fqganNames, type ReferenceModel, referenceModel, referenceModels } from "./fqgan-names.js";
import { fromTorch } from "./layout.js";

type Tensors = Readonly<Record<string, HostTensor>>;
type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** What shapes don't tell; the reference's own values by default. */
export interface FqganImportOptions {
  /** Side of the images; LlamaGen's weights fit any, FQGAN's tell it. */
  readonly imageSize?: number;
  readonly groups?: number;
  readonly adapterHeads?: number;
  readonly featureHeads?: number;
  /** Whether the heads that predict a teacher's features are kept; they matter for training only. */
  readonly teachers?: Readonly<Record<string, { teacher: string; weight?: number }>>;
  readonly losses?: TokenizerConfigInput["losses"];
  readonly entropyWeight?: number;
  readonly beta?: number;
}

/** The published model that these weights are of, whatever its size. @param where names their source */
export function modelOf(tensors: Shapes, where: string): ReferenceModel {
  const model = referenceModel(Object.keys(tensors));
  if (model) return model;
  throw new UserError(
    `${where}: expected weights of ${referenceModels.map(({ name }) => name).join(", ")}, got ` +
      `${Object.keys(tensors).slice(0, 3).join(", ") || "none"}, …; is it another model's?`,
  );
}

/** Of the first convolution. */
const PUBLISHED_CHANNELS = 128;

/** How many of `prefix0`, `prefix1`, … there are. */
function countOf(tensors: Shapes, prefix: string): number {
  const names = Object.keys(tensors);
  let count = 0;
  while (names.some((name) => name.startsWith(`${prefix}${count}.`))) count += 1;
  return count;
}

/** The config of the tokenizer that these weights are of. @param where names their source in errors */
export function fqganConfig(
  tensors: Shapes,
  options: FqganImportOptions,
  where: string,
): TokenizerConfigInput {
  const { groups = 32, adapterHeads = 8, featureHeads = 8, teachers = {} } = options;
  const model = modelOf(tensors, where);
  const shapeOf = (name: string): readonly number[] => {
    const tensor = tensors[name];
    if (!tensor) throw new UserError(`${where}: expected the weight ${name}, got none`);
    return tensor.shape;
  };
  const side = (name: string, axis: number) => shapeOf(name)[axis]!;
  const network = (part: "encoder" | "decoder") => {
    const levels = countOf(tensors, `${part}.conv_blocks.`);
    const widths = Array.from({ length: levels }, (_, i) =>
      side(`${part}.conv_blocks.${i}.res.0.conv1.weight`, 0),
    );
    if (part === "decoder") widths.reverse();
    const channels = part === "encoder" ? side("encoder.conv_in.weight", 0) : widths[0]!;
    return {
      name: "convolutional",
      channels,
      multipliers: widths.map((width) => width / channels),
      residualBlocks: countOf(tensors, `${part}.conv_blocks.0.res.`),
      groups,
    };
  };
  const encoder = network("encoder");
  const adapted = Object.values(model.codebooks).some(({ adapter }) => adapter);
  const untold = [
    ...(options.groups === undefined ? ["groups of its group norms (--groups)"] : []),
    ...(adapted && options.adapterHeads === undefined ? ["heads of its adapters (--heads)"] : []),
  ];
  if (encoder.channels !== PUBLISHED_CHANNELS && untold.length > 0)
    throw new UserError(
      `${where}: expected ${PUBLISHED_CHANNELS} channels, as in published weights, got ` +
        `${encoder.channels}; of other sizes say how many ${untold.join(" and ")} there are: weights don't tell`,
    );
  const { adapter: first } = Object.values(model.codebooks)[0]!;
  const fitting = first
    ? Math.sqrt(side(`encoder.${first}.0.positional_embedding`, 0)) *
      2 ** (encoder.multipliers.length - 1)
    : undefined;
  return {
    image: {
      size: fitting ?? options.imageSize ?? 256,
      channels: side("encoder.conv_in.weight", 1),
    },
    encoder,
    decoder: network("decoder"),
    latentChannels: side("decoder.conv_in.weight", 1),
    codebooks: mapRecord(model.codebooks, ({ adapter, suffix, featureHead }, name) => {
      const [size, dimensions] = shapeOf(`quantize${suffix}.embedding.weight`);
      const hasHead = featureHead !== undefined && `${featureHead}.class_embedding` in tensors;
      const teacher = teachers[name];
      return {
        quantizer: {
          name: "vq",
          size,
          dimensions,
          beta: options.beta ?? 0.25,
          entropy: { weight: options.entropyWeight ?? model.entropyWeight },
        },
        adapter: adapter
          ? {
              name: "transformer",
              layers: countOf(tensors, `encoder.${adapter}.0.transformer.`),
              heads: adapterHeads,
            }
          : { name: "none" },
        representation:
          hasHead && teacher
            ? {
                ...teacher,
                features: side(`${featureHead}.class_embedding`, 1),
                layers: countOf(tensors, `${featureHead}.transformer.`),
                heads: featureHeads,
              }
            : null,
      };
    }),
    ...(options.losses && { losses: options.losses }),
  };
}

/**
 * The reference's tensors by our names in our layouts. Usage meters and, where the tokenizer has no
 * such heads, feature heads are left out; missing and other extra weights are an error.
 */
export function fqganWeights(
  tokenizer: Tokenizer,
  tensors: Tensors,
  where: string,
): Record<string, HostTensor> {
  const names = fqganNames(tokenizer);
  const shapes = fqganShapes(tokenizer);
  const known = new Set(names.values());
  const missing = [...known].filter((name) => !(name in tensors));
  const extra = Object.keys(tensors).filter(
    (name) => !known.has(name) && !/codebook_used$|feat_pred/.test(name),
  );
  const misshapen = [...known].filter(
    (name) => name in tensors && tensors[name]!.shape.join() !== shapes.get(name)!.join(),
  );
  const problems = [
    ...missing.map((name) => `missing ${name}`),
    ...extra.map((name) => `unexpected ${name}`),
    ...misshapen.map(
      (name) => `${name}: expected [${shapes.get(name)}], got [${tensors[name]!.shape}]`,
    ),
  ];
  if (problems.length > 0)
    throw new UserError(
      `${where}: expected the weights of ${modelOf(tensors, where).name}, got others:\n  ${problems.slice(0, 8).join("\n  ")}` +
        (problems.length > 8 ? `\n  … and ${problems.length - 8} more` : ""),
    );
  const variables = tokenizer.namedVariables();
  return Object.fromEntries(
    [...names].map(([name, reference]) => [
      name,
      fromTorch(name, tensors[reference]!, variables.get(name)!.rank),
    ]),
  );
}

/** A tokenizer with the reference's weights. @param where names their source in errors */
export function importFqgan(
  tensors: Tensors,
  options: FqganImportOptions = {},
  where = "weights",
): Tokenizer {
  const weights = withoutWrappers(tensors);
  const config = parseTokenizerConfig(fqganConfig(weights, options, where), where);
  const tokenizer = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  writeVariables(tokenizer.namedVariables(), fqganWeights(tokenizer, weights, where), where);
  return tokenizer;
}
