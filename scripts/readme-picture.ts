/**
 * The README's picture from a finished tokenizer run: its media stacked, originals first.
 *   npx tsx --conditions=@fqgan/source scripts/readme-picture.ts runs/<run id> docs/images/codes.png
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readMedia } from "@fqgan/experiment";
import { contactSheet, decodeImage, encodePng } from "@fqgan/image";
import { UserError } from "@fqgan/registry";

const ORDER = ["inputs", "tokens", "reconstructions", "factor"];

const [folder, out] = process.argv.slice(2);
if (!folder || !out)
  throw new UserError("readme-picture: expected a run folder and an output file");
const media = readMedia(folder);
const last = new Map(media.map((row) => [`${row.kind} ${row.codebook ?? ""}`, row]));
const rows = [...last.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
const shown = rows.filter(({ kind }) => ORDER.includes(kind));
const images = await Promise.all(shown.map(({ file }) => decodeImage(join(folder, file))));
const widest = Math.max(...images.map(({ width }) => width));
const sheet = contactSheet(
  images.filter(({ width }) => width === widest).map((image) => [image]),
  { gap: 2, scale: 3 },
);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, await encodePng(sheet));
console.log(
  shown.map(({ kind, codebook }) => [kind, codebook].filter(Boolean).join(" ")).join("\n"),
);
