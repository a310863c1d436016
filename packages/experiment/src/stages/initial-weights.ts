import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { UserError } from "@fqgan/registry";
import { loadTokenizer, startFrom, type Tokenizer } from "@fqgan/tokenizer";
import * as z from "zod";

/** A checkpoint to fine-tune from; its hash makes it part of a run's identity whatever its name is. */
export const initialWeightsSchema = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe("a checkpoint of ours, or a .pt of the reference implementation"),
  sha256: z.string().length(64).optional().describe("of the file; another one is refused"),
});

export type InitialWeights = z.output<typeof initialWeightsSchema>;

/** The file's SHA-256 in hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
  return hash.digest("hex");
}

/** Gives a new tokenizer the weights of a file. @returns a sentence on what came from where */
export async function startFromFile(
  tokenizer: Tokenizer,
  { file, sha256 }: InitialWeights,
): Promise<string> {
  const source = await loadTokenizer(file);
  try {
    const found = sha256 && (await sha256OfFile(file));
    if (found !== sha256)
      throw new UserError(
        `${file}: expected the file of SHA-256 ${sha256!.slice(0, 16)}…, got ${found!.slice(0, 16)}…; ` +
          "it was changed since this run was made: start a new run from it",
      );
    const fresh = await startFrom(tokenizer, source, file);
    const heads = fresh.length > 0 ? `; ${fresh.length} weights of teachers' heads are new` : "";
    return `weights of ${file}${heads}`;
  } finally {
    source.dispose();
  }
}
