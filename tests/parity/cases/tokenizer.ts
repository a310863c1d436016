import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type FqganImportOptions,
  importFqgan,
  loadTokenizer,
  tokenizerHash,
} from "@fqgan/tokenizer";
import { type CaseKind, type Check, type ParityCase, readTensors } from "../parity-case.js";
import { checkEvaluation } from "../tokenizers/evaluation.js";
import { files, type TokenizerMeta, teachers } from "../tokenizers/golden.js";
import { checkResumed, checkTraining } from "../tokenizers/training.js";

/** FQGAN tokenizers of any size: evaluation layer by layer, and training steps against a PatchGAN. */
export const tokenizer: CaseKind = {
  kinds: ["tokenizer"],
  engines: ["compiled"],
  async check(parityCase, engine) {
    // The runner read it as JSON; its shape is stated by the fixtures' README.
    const meta = parityCase.meta as unknown as TokenizerMeta;
    const { config } = meta;
    const data = files(parityCase);
    const options: FqganImportOptions = {
      groups: config.norm_groups,
      adapterHeads: config.adapter.heads,
      ...(config.feat_head && { featureHeads: config.feat_head.heads }),
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
    };
    const model = importFqgan(data.tensors("model"), options, parityCase.file);
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
    return [
      ...(await checkCheckpoint(parityCase, options)),
      ...evaluation,
      ...training,
      ...(await checkResumedFiles(parityCase, options)),
    ];
  },
};

/** Checkpoints from the middle of training, `checkpoint_step<N>.pt`: gone on with for a step. */
async function checkResumedFiles(
  parityCase: ParityCase,
  options: FqganImportOptions,
): Promise<Check[]> {
  const { folder, meta: json } = parityCase;
  const meta = json as unknown as TokenizerMeta;
  const checks: Check[] = [];
  for (const name of readdirSync(folder).filter((file) => /^checkpoint_step\d+\.pt$/.test(file))) {
    const file = join(folder, name);
    const tokenizer = await loadTokenizer(file, options);
    const data = files(parityCase);
    const groups = meta.config.norm_groups;
    checks.push(...(await checkResumed({ tokenizer, data, meta, groups, file })));
    tokenizer.dispose();
  }
  return checks;
}

/** The file that PyTorch saved holds the same tokenizer. */
async function checkCheckpoint(
  { folder }: ParityCase,
  options: FqganImportOptions,
): Promise<Check[]> {
  const file = join(folder, "checkpoint.pt");
  if (!existsSync(file)) return [];
  const saved = await loadTokenizer(file, options);
  const weights = readTensors(join(folder, "model.safetensors"));
  const same =
    (await tokenizerHash(saved)) === (await tokenizerHash(importFqgan(weights, options)));
  saved.dispose();
  return [{ name: "checkpoint.pt", error: same ? 0 : 1, tolerance: 0 }];
}
