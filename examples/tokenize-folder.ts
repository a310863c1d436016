/**
 * A folder of pictures as codes: the small tokenizer that comes with @fqgan/tokenizer writes each picture
 * as two rows of whole numbers, one a codebook. No training, no download.
 *
 *     npx tsx --conditions=@fqgan/source examples/tokenize-folder.ts ~/photos codes.json
 */
import { readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { centreCrop, decodeImage, IMAGE_EXTENSIONS, toSignedUnit } from "@fqgan/image";
import { hostTensor } from "@fqgan/tensor";
import { defaultTokenizer, loadTokenizer } from "@fqgan/tokenizer";

const [folder = "photos", out = "codes.json"] = process.argv.slice(2);
const pictures = readdirSync(folder).filter((name) =>
  IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()),
);

const tokenizer = await loadTokenizer(defaultTokenizer);
const { size } = tokenizer.config.image;
const written: Record<string, Record<string, number[]>> = {};
for (const name of pictures) {
  const square = centreCrop(await decodeImage(join(folder, name)), size);
  const images = hostTensor(toSignedUnit(square.data), [1, size, size, 3]); // [1, S, S, 3] in [-1, 1]
  const codes = Object.entries(await tokenizer.encode(images)); // int32 [1, N] by codebook
  written[name] = Object.fromEntries(codes.map(([codebook, { data }]) => [codebook, [...data]]));
}

writeFileSync(out, JSON.stringify(written));
console.log(`${pictures.length} pictures of ${tokenizer.bitsPerImage} bits each in ${out}`);
