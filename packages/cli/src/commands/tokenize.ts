import { tokenizerHash } from "@fqgan/tokenizer";
import { codesToJson, type EncodedPicture, writeCodesFolder } from "../codes/codes-file.js";
import { EXIT } from "../exit-codes.js";
import { openTokenizer, type PublishedFlags, publishedOptions } from "../open-tokenizer.js";
import { createStyle } from "../output/style.js";
import { writePicture } from "../output/write-picture.js";
import { findImages } from "../pictures/find-images.js";
import { type FitFlags, FittedTokenizer } from "../pictures/fitted-tokenizer.js";
import type { Globals } from "../program.js";

/** Codes go to stdout, to one JSON file, or to a folder of NumPy arrays. */
export async function tokenize(
  globals: Globals,
  paths: readonly string[],
  options: FitFlags & PublishedFlags & { readonly from?: string; readonly out?: string },
): Promise<number> {
  const images = findImages(paths);
  const { tokenizer, name, from, fit } = await openTokenizer(
    globals.runs,
    options.from,
    publishedOptions(options),
  );
  const { dim } = createStyle(process.stderr);
  const say = (text: string) => {
    if (!globals.quiet) process.stderr.write(`${dim(text)}\n`);
  };
  say(name);
  const fitted = new FittedTokenizer(tokenizer, { fit, ...options });
  const pictures: EncodedPicture[] = [];
  for (const [i, image] of images.entries()) {
    const picture = await fitted.open(image);
    say(`${i + 1} of ${images.length}  ${image}: ${picture.note}`);
    pictures.push({ image, layout: picture.layout, codes: await fitted.encode(picture) });
  }
  const origin = { from: from ?? null, hash: await tokenizerHash(tokenizer) };
  const document = { tokenizer: origin, pictures };
  const { out } = options;
  if (out === undefined) process.stdout.write(`${JSON.stringify(codesToJson(document))}\n`);
  else {
    const files = out.endsWith(".json")
      ? [writeJson(out, codesToJson(document))]
      : writeCodesFolder(out, document);
    process.stdout.write(
      globals.json
        ? `${JSON.stringify({ tokenizer: origin, images: images.length, files }, null, 2)}\n`
        : `${files.join("\n")}\n`,
    );
  }
  return EXIT.done;
}

function writeJson(path: string, value: unknown): string {
  writePicture(path, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  return path;
}
