import { importFqgan } from "@fqgan/tokenizer";
import type { CaseKind } from "../parity-case.js";
import { checkEvaluation } from "../tokenizers/evaluation.js";
import { files, type TokenizerMeta, teachers } from "../tokenizers/golden.js";
import { checkTraining } from "../tokenizers/training.js";

/** FQGAN tokenizers of any size: evaluation layer by layer, and training steps against a PatchGAN. */
export const tokenizer: CaseKind = {
  kinds: ["tokenizer"],
  engines: ["compiled"],
  async check(parityCase, engine) {
    // The runner read it as JSON; its shape is stated by the fixtures' README.
    const meta = parityCase.meta as unknown as TokenizerMeta;
    const { config } = meta;
    const data = files(parityCase);
    const model = importFqgan(
      data.tensors("model"),
      {
        groups: config.norm_groups,
        adapterHeads: config.adapter.heads,
        featureHeads: config.feat_head.heads,
        beta: config.commit_loss_beta,
        entropyWeight: config.entropy_loss_ratio,
        teachers: Object.fromEntries(
          Object.entries(teachers).map(([name, teacher]) => [
            name,
            { teacher, weight: config.semantic_weight },
          ]),
        ),
        losses: {
          disentanglement: config.disentanglement_ratio,
          adversarial: {
            discriminator: {
              name: "patch",
              channels: config.disc_dim,
              layers: config.disc_num_layers,
            },
            weight: config.disc_weight,
            startStep: config.disc_start,
          },
        },
      },
      parityCase.file,
    );
    const evaluation = await checkEvaluation({
      tokenizer: model,
      images: data.npy("input"),
      golden: data.tensors("eval"),
      meta,
      engine,
    });
    const training = await checkTraining({
      tokenizer: model,
      data,
      meta,
      groups: config.norm_groups,
    });
    return [...evaluation, ...training];
  },
};
