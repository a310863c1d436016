import { writeFileSync } from "node:fs";
import { auditTokenizer, cardPage, finite, openImages } from "@fqgan/experiment";
import type { OrientationRule } from "@fqgan/image";
import { EXIT } from "../exit-codes.js";
import { imageProgress, keeping } from "../output/image-progress.js";
import { rejectedLines } from "../output/protocol-table.js";
import type { Globals } from "../program.js";
import { openAudited, type TokenizerOptions } from "./audited-tokenizer.js";
import { type ProtocolOptions, protocolsOf } from "./protocol-options.js";

/** Writes a tokenizer's card as a page, and prints it as JSON where asked. */
export async function card(
  globals: Globals,
  reference: string | undefined,
  options: ProtocolOptions &
    TokenizerOptions & {
      readonly images: string;
      readonly limit?: number;
      readonly orientation?: OrientationRule;
      readonly out: string;
      readonly pfid?: number;
      readonly pfidNeighbours?: number;
      readonly pictures: number;
    },
): Promise<number> {
  const { images: path, limit, orientation, out, pfid, pfidNeighbours, pictures } = options;
  const tokenizer = await openAudited(globals, reference, options);
  const protocols = protocolsOf(
    options,
    ["images", "perceptual", "features", "spatial", "logits", "codes"],
    tokenizer.size,
  );
  const progress = imageProgress(globals);
  try {
    const audit = await auditTokenizer({
      tokenizer,
      images: await openImages(path, { size: tokenizer.size, limit, orientation }),
      protocols,
      pictures,
      onImages: progress.update,
      keep: keeping(globals),
      ...(pfid !== undefined && {
        perturb: { rate: pfid, neighbours: pfidNeighbours, seed: 0 },
      }),
    });
    progress.close();
    writeFileSync(out, cardPage(audit.card, audit.pictures));
    audit.forget();
    for (const line of rejectedLines(audit.card)) process.stderr.write(`${line}\n`);
    process.stdout.write(
      globals.json ? `${JSON.stringify(audit.card, finite, 2)}\n` : `card   ${out}\n`,
    );
    return EXIT.done;
  } finally {
    tokenizer.dispose();
  }
}
