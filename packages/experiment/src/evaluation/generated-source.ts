import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeGenerator } from "@fqgan/ar-generator";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import { readCodesHeader } from "../stages/codes-file.js";
import { Samples, toPictures } from "../stages/samples.js";
import type { FoundRun } from "../store/find-run.js";
import { readRunConfig } from "../store/read-run.js";
import type { ImageSource } from "./image-source.js";

/** Images that a finished generator draws as its run samples them, classes in equal numbers. */
export async function openGenerated(
  run: FoundRun,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<ImageSource> {
  const inputs = run.config.inputs as { tokenizer: string; codes: string };
  const beside = (id: string) => join(dirname(run.folder), id);
  const { classes, tokenizerHash: codesHash } = readCodesHeader(beside(inputs.codes));
  const model = join(run.folder, "checkpoints", "model.safetensors");
  const { generator, tokenizerHash } = decodeGenerator(readFileSync(model), model);
  const config = run.config.config as unknown as GeneratorStageConfig;
  const labels = Array.from({ length: count }, (_, i) => i % classes.length);
  return {
    name: `${run.config.label} (${run.config.id})`,
    count,
    kinds: { drawn: count },
    fingerprint: `seed ${seed}`,
    async *items() {
      const samples = await Samples.open(
        {
          config,
          seed,
          input: (role) => {
            const folder = beside(role === "tokenizer" ? inputs.tokenizer : inputs.codes);
            return { folder, config: readRunConfig(folder) };
          },
        },
        {
          generator,
          codes: { classes, tokenizerHash: tokenizerHash || codesHash },
          decoding: { weights: "frozen", precision: config.sample.precision },
        },
      );
      try {
        let index = 0;
        for await (const { images, count: drawn } of samples.batches(labels))
          for (const image of toPictures(images, drawn)) yield { name: `sample ${index++}`, image };
      } finally {
        samples.dispose();
      }
    },
  };
}
