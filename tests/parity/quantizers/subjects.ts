import { createResidual, joinIndices } from "@fqgan/quantizer";
import {
  createKey,
  type HostTensor,
  hostTensor,
  nn,
  type Scalar,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { column, transposed } from "./layout.js";
import { singleSubject, variableOf } from "./single.js";
import type { Subject, SubjectOf } from "./subject.js";

const numbers = (value: unknown) => value as number[];
const flat = ({ data }: HostTensor) => hostTensor(data);

/** FQGAN's and LlamaGen's VectorQuantizer. */
const vectorQuantizer: SubjectOf = ({ className, config }) => {
  if (!/vq_model|^lg_vq/.test(className)) return undefined;
  return singleSubject({
    config: {
      name: "vq",
      size: config.n_e,
      dimensions: config.e_dim,
      beta: config.beta,
      normalize: config.l2_norm ? "l2" : "none",
      entropy: { weight: config.entropy_loss_ratio },
    },
    weights: { "embedding.weight": "codebook" },
    losses: ({ codebook, commitment, entropy }) => ({
      vq_loss: codebook!,
      commit_loss: commitment!,
      entropy_loss: entropy ?? tf.scalar(0),
    }),
  });
};

/** Taming's VectorQuantizer2, whose legacy form puts β on the codebook's loss. */
const tamingLegacy: SubjectOf = ({ className, config }) => {
  if (!className.startsWith("taming")) return undefined;
  return singleSubject({
    config: {
      name: "vq",
      size: config.n_e,
      dimensions: config.e_dim,
      normalize: "none",
      codebook: config.beta,
      beta: 1,
    },
    weights: { "embedding.weight": "codebook" },
    losses: ({ codebook, commitment }) => ({ loss: tf.add(codebook!, commitment!) as Scalar }),
  });
};

/** Open-MAGVIT2's LFQ; with token factorization its index is two sub-tokens. */
const magvitLfq: SubjectOf = ({ className, config }) => {
  if (!className.startsWith("Open-MAGVIT2")) return undefined;
  const [pre, post] = numbers(config.factorized_bits) as [number, number];
  const sizes = { pre: 2 ** pre, post: 2 ** post };
  return singleSubject({
    config: {
      name: "lfq",
      bits: config.dim,
      commitment: 1,
      entropy: {
        weight: 1,
        sample: config.sample_minimization_weight,
        batch: config.batch_maximization_weight,
        groupBits: config.dim,
      },
    },
    losses: ({ entropy, commitment }) => ({
      entropy_aux_loss: entropy!,
      commitment: commitment!,
    }),
    ...(config.token_factorization === true && {
      goldenIndices: ({ indices_pre, indices_post }) => ({
        indices: hostTensor(
          joinIndices(
            { pre: indices_pre!.data as Int32Array, post: indices_post!.data as Int32Array },
            sizes,
          ),
        ),
      }),
    }),
  });
};

/** vector-quantize-pytorch's LFQ, which is BSQ when spherical. */
const lucidrainsLfq: SubjectOf = ({ className, config }) => {
  if (className !== "vector-quantize-pytorch LFQ") return undefined;
  const bits = Math.log2(config.codebook_size as number);
  return singleSubject({
    config: {
      name: config.spherical === true ? "bsq" : "lfq",
      bits,
      bitOrder: "most-significant-first",
      commitment: config.commitment_loss_weight,
      entropy: {
        weight: config.entropy_loss_weight,
        batch: config.diversity_gamma,
        groupBits: bits,
        safeLog: "floor",
      },
    },
    losses: (own) => ({ aux_loss: tf.addN(Object.values(own)) }),
  });
};

/** vector-quantize-pytorch's FSQ, with its projections where its input has another length. */
const lucidrainsFsq: SubjectOf = ({ className, config, tensors }) => {
  if (className !== "vector-quantize-pytorch FSQ") return undefined;
  const bound = config.preserve_symmetry === true ? "symmetric" : "widened";
  const inner = singleSubject({ config: { name: "fsq", levels: config.levels, bound } });
  return tensors["state.project_in.weight"] ? projected(inner, tensors) : inner;
};

/** IBQ's IndexPropagationQuantize. */
const indexBackpropagation: SubjectOf = ({ className, config }) => {
  if (!className.startsWith("IBQ")) return undefined;
  return singleSubject({
    config: {
      name: "ibq",
      size: config.n_e,
      dimensions: config.e_dim,
      beta: config.beta,
      entropy: { weight: 1, temperature: config.entropy_temperature },
    },
    weights: { "embedding.weight": "codebook" },
    losses: ({ quantization, commitment, codebook, entropy }) => ({
      quant_loss: tf.addN([quantization!, commitment!, codebook!]),
      entropy_loss: entropy!,
    }),
  });
};

/** vector-quantize-pytorch's SimVQ. */
const simVq: SubjectOf = ({ className, config, tensors }) => {
  if (!className.endsWith("SimVQ")) return undefined;
  const [size, dimensions] = tensors["state.frozen_codebook"]!.shape;
  return singleSubject({
    config: { name: "simvq", size, dimensions },
    estimator: config.rotation_trick === true ? "rotation" : "straight-through",
    weights: {
      frozen_codebook: "features",
      "code_transform.weight": { name: "projector.kernel", fromGolden: transposed },
    },
    losses: ({ codebook, commitment }) => ({ commit: tf.add(codebook!, commitment!) as Scalar }),
  });
};

/**
 * Whether the case was recorded with the codebook's moving averages at work: where every `state_after`
 * equals its `state`, the reference's codebook stood still, and ours is kept still too.
 */
function codebookMoves(tensors: Readonly<Record<string, HostTensor>>): boolean {
  return Object.entries(tensors).some(([name, { data }]) => {
    const before = tensors[name.replace(/^state_after/, "state")]!;
    return name.startsWith("state_after.") && data.some((value, i) => value !== before.data[i]);
  });
}

/** Names in the state of a vector-quantize-pytorch codebook, and ours. */
const movingAverage = {
  "_codebook.cluster_size": "counts",
  "_codebook.embed_avg": "sums",
  "_codebook.embed": "codebook",
};

/** vector-quantize-pytorch's VectorQuantize with its moving averages. */
const movingAverageVq: SubjectOf = ({ className, config, tensors }) => {
  if (!className.endsWith(" VectorQuantize")) return undefined;
  return singleSubject({
    config: {
      name: "ema-vq",
      size: config.codebook_size,
      dimensions: config.dim,
      normalize: config.use_cosine_sim === true ? "l2" : "none",
      decay: codebookMoves(tensors) ? (config.decay ?? 0.8) : 1,
      beta: config.commitment_weight ?? 1,
    },
    estimator: config.rotation_trick === true ? "rotation" : "straight-through",
    weights: movingAverage,
    losses: ({ commitment }) => ({ commit: commitment! }),
  });
};

/** vector-quantize-pytorch's ResidualVQ, with moving averages or a frozen codebook. */
const residualVq: SubjectOf = ({ className, config, tensors }) => {
  if (!className.endsWith("ResidualVQ")) return undefined;
  const levels = config.num_quantizers as number;
  const frozen = config.ema_update === false;
  const composition = createResidual({
    quantizer: {
      name: frozen ? "vq" : "ema-vq",
      size: config.codebook_size,
      dimensions: tensors.z!.shape.at(-1),
      normalize: "none",
      beta: config.commitment_weight ?? 1,
      ...(frozen ? { codebook: 0 } : { decay: codebookMoves(tensors) ? (config.decay ?? 0.8) : 1 }),
    },
    levels,
    codebooks: config.shared_codebook === true ? "shared" : "separate",
    estimator: config.rotation_trick === true ? "rotation" : "straight-through",
    key: createKey(0),
  });
  const own = frozen ? { "_codebook.embed": "codebook" } : movingAverage;
  const weights = composition.quantizers.flatMap((quantizer, level) =>
    Object.entries(own).map(([golden, name]) => [
      `layers.${level}.${golden}`,
      { variable: variableOf(quantizer, name) },
    ]),
  );
  const names = Object.keys(composition.codebooks);
  return {
    weights: Object.fromEntries(weights),
    forward(latents, mode) {
      const { outputs, indices, losses } = composition.quantize({ latent: latents }, mode);
      const commits = names.map((name, i) => [`commit_${i}`, losses[`${name}.commitment`]!]);
      return {
        output: outputs.latent!,
        indices,
        losses: mode.training ? Object.fromEntries(commits) : {},
      };
    },
    goldenIndices: ({ indices }) =>
      Object.fromEntries(names.map((name, i) => [name, column(indices!, i, levels)])),
  };
};

/** Linear maps before and after a quantizer. */
function projected(inner: Subject, tensors: Readonly<Record<string, HostTensor>>): Subject {
  const linear = (name: string) => {
    const [outputs, inputs] = tensors[`state.${name}.weight`]!.shape as [number, number];
    return new nn.Linear({ inputs, outputs, init: nn.constantInit(0), key: [0, 0] });
  };
  const [before, after] = [linear("project_in"), linear("project_out")];
  return {
    ...inner,
    weights: {
      "project_in.weight": { variable: before.kernel, fromGolden: transposed },
      "project_in.bias": { variable: before.bias! },
      "project_out.weight": { variable: after.kernel, fromGolden: transposed },
      "project_out.bias": { variable: after.bias! },
    },
    forward(latents, mode) {
      const forward = inner.forward(before.call(latents) as Tensor2D, mode);
      return { ...forward, output: after.call(forward.output) as Tensor2D };
    },
  };
}

/** Every reference quantizer that this project can stand in for. */
export const subjects: readonly SubjectOf[] = [
  vectorQuantizer,
  tamingLegacy,
  magvitLfq,
  lucidrainsLfq,
  lucidrainsFsq,
  indexBackpropagation,
  simVq,
  movingAverageVq,
  residualVq,
];

/** The indices of a case by the names that subjects use. */
export function goldenIndices(
  subject: Subject,
  tensors: Readonly<Record<string, HostTensor>>,
): Readonly<Record<string, HostTensor>> {
  return subject.goldenIndices?.(tensors) ?? { indices: flat(tensors.indices!) };
}
