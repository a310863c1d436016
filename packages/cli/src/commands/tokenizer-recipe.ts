import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type DataRecord, findRun, sha256OfFile } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { loadTokenizer } from "@fqgan/tokenizer";

/** Flags of `train tokenizer` for what users change most; everything else is `--set`. */
export interface RecipeFlags {
  readonly lr?: number;
  readonly schedule?: string;
  readonly warmup?: number;
  readonly ema?: number;
  readonly clip?: number;
  readonly accumulate?: number;
  readonly freeze?: string;
  readonly lpips?: string;
  readonly lpipsLinear?: string;
}

/** The flags as a patch of an experiment's `tokenizer`. */
export function recipePatch(flags: RecipeFlags): DataRecord {
  const { lr, schedule, warmup, ema, clip, accumulate, freeze, lpips, lpipsLinear } = flags;
  if (lpipsLinear !== undefined && lpips === undefined)
    throw new UserError(
      "--lpips-linear: expected --lpips with it, the classifier that LPIPS looks through; give both",
    );
  const scheduled = {
    ...(schedule !== undefined && { name: schedule }),
    ...(warmup !== undefined && { warmup }),
  };
  return {
    ...(lpips !== undefined && { model: { losses: { perceptual: { network: "lpips" } } } }),
    train: {
      ...(lr !== undefined && { learningRate: lr }),
      ...(Object.keys(scheduled).length > 0 && { schedule: scheduled }),
      ...(ema !== undefined && { ema }),
      ...(clip !== undefined && { clip }),
      ...(accumulate !== undefined && { accumulate }),
      ...(freeze !== undefined && { freeze }),
      ...(lpips !== undefined && {
        perceptual: {
          name: "lpips",
          weights: resolve(lpips),
          ...(lpipsLinear !== undefined && { linear: resolve(lpipsLinear) }),
        },
      }),
    },
  };
}

/** A tokenizer to fine-tune: its structure, and where its weights are. */
export interface Starting {
  readonly model: DataRecord;
  readonly size: number;
  readonly init: { readonly file: string; readonly sha256: string };
}

/**
 * What `--init-from` means: a checkpoint or `.pt` file, or a tokenizer run by folder, id or sweep/point.
 * @param runs folder of runs
 */
export async function startingPoint(runs: string, reference: string): Promise<Starting> {
  const isFile = existsSync(reference) && statSync(reference).isFile();
  const file = isFile
    ? resolve(reference)
    : join(resolve(findRun(runs, "tokenizer", reference).folder), "checkpoints/model.safetensors");
  const tokenizer = await loadTokenizer(file);
  const model = tokenizer.config as unknown as DataRecord;
  const { size } = tokenizer.config.image;
  tokenizer.dispose();
  return { model, size, init: { file, sha256: await sha256OfFile(file) } };
}
