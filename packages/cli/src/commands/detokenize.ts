import { mkdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { encodePng } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import { tokenizerHash } from "@fqgan/tokenizer";
import { readCodes } from "../codes/codes-file.js";
import { EXIT } from "../exit-codes.js";
import { openTokenizer, type PublishedFlags, publishedOptions } from "../open-tokenizer.js";
import { UnusedNames } from "../output/unused-name.js";
import { writePicture } from "../output/write-picture.js";
import { FittedTokenizer } from "../pictures/fitted-tokenizer.js";
import type { Globals } from "../program.js";

/** Standard input, as other commands write it. */
const STDIN = "-";

export async function detokenize(
  globals: Globals,
  path: string,
  options: PublishedFlags & { readonly from?: string; readonly out: string },
): Promise<number> {
  const source = path === STDIN ? { text: readFileSync(0, "utf8") } : { path };
  const { tokenizer: origin, pictures } = readCodes(source);
  const { tokenizer, name } = await openTokenizer(
    globals.runs,
    options.from ?? origin.from ?? undefined,
    publishedOptions(options),
  );
  const hash = await tokenizerHash(tokenizer);
  if (hash !== origin.hash)
    throw new UserError(
      `${path}: expected codes of ${name} (${hash.slice(0, 12)}), got those of another tokenizer ` +
        `(${origin.hash.slice(0, 12)}); give the one that wrote them with --from`,
    );
  const fitted = new FittedTokenizer(tokenizer, { side: 0 });
  mkdirSync(options.out, { recursive: true });
  const files: string[] = [];
  const names = new UnusedNames();
  for (const { image, codes, layout } of pictures) {
    const file = join(options.out, `${names.take(basename(image, extname(image)))}.png`);
    writePicture(file, await encodePng(await fitted.decode(codes, layout)));
    files.push(file);
    if (!globals.json) process.stdout.write(`${file}\n`);
  }
  if (globals.json) process.stdout.write(`${JSON.stringify({ hash, files }, null, 2)}\n`);
  return EXIT.done;
}
