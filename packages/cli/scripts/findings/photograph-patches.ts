/**
 * Cuts the photographs of Debian's wallpaper packages into square patches, one folder a photograph, for the
 * data set `folder` with a `fold`: no photograph is in two splits.
 *
 *   sh packages/cli/scripts/default-tokenizer/fetch-photographs.sh /tmp/wallpapers
 *   npx tsx --conditions=@fqgan/source packages/cli/scripts/findings/photograph-patches.ts \
 *     --photographs /tmp/wallpapers --out runs/photographs-32
 *
 * Each photograph is shrunk until its smaller side is 256 pixels and cut into squares of 32 that neither
 * overlap nor are chosen; authors and licences are written beside them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { crop, decodeImage, encodePng, type Image, resizeSmallerSide } from "@fqgan/image";
import { photographs } from "../default-tokenizer/photographs.js";

const { values } = parseArgs({
  options: {
    photographs: { type: "string" },
    out: { type: "string" },
    side: { type: "string", default: "256" },
    size: { type: "string", default: "32" },
  },
});
if (!values.photographs || !values.out) {
  process.stderr.write("expected --photographs FOLDER and --out FOLDER\n");
  process.exit(2);
}
const [side, size] = [Number(values.side), Number(values.size)];

/** All whole squares from the top left. */
function* patches(image: Image): Generator<{ row: number; column: number; patch: Image }> {
  for (let row = 0; (row + 1) * size <= image.height; row++)
    for (let column = 0; (column + 1) * size <= image.width; column++) {
      const window = { left: column * size, top: row * size, width: size, height: size };
      yield { row, column, patch: crop(image, window) };
    }
}

const sources: string[] = [];
let written = 0;
for (const { file, author, licence } of photographs) {
  // Plasma's are all called 2560x1600.jpg below the name of the picture.
  const name = file.includes("/wallpapers/")
    ? file.split("/").at(-4)!
    : basename(file).replace(/\.[a-z]+$/, "");
  const folder = join(values.out, name);
  mkdirSync(folder, { recursive: true });
  const full = await decodeImage(join(values.photographs, file));
  for (const { row, column, patch } of patches(resizeSmallerSide(full, side))) {
    writeFileSync(join(folder, `${row}-${column}.png`), await encodePng(patch));
    written += 1;
  }
  sources.push(`${name}\t${author}\t${licence}\t${file}`);
}
writeFileSync(
  join(values.out, "SOURCES.tsv"),
  `name\tauthor\tlicence\tfile\n${sources.join("\n")}\n`,
);
process.stdout.write(`${written} patches of ${photographs.length} photographs in ${values.out}\n`);
