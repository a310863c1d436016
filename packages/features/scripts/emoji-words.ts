/** The words that describe an emoji: its names, its subcategory, the skin tone of a variation. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Entry {
  readonly name: string;
  readonly short_names: readonly string[];
  readonly category: string;
  readonly subcategory: string;
  readonly unified: string;
  readonly skin_variations?: Readonly<Record<string, { readonly unified: string }>>;
}

const TONES: Readonly<Record<string, string>> = {
  "1F3FB": "tone-light",
  "1F3FC": "tone-medium-light",
  "1F3FD": "tone-medium",
  "1F3FE": "tone-medium-dark",
  "1F3FF": "tone-dark",
};

const words = (text: string) =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1);

/** Words by unicode key, of every emoji and variation. */
export function emojiWords(): Map<string, readonly string[]> {
  const path = createRequire(import.meta.url).resolve("emoji-datasource-google/emoji.json");
  const entries = JSON.parse(readFileSync(path, "utf8")) as Entry[];
  return new Map(
    entries.flatMap((entry) => {
      const own = [entry.name, ...entry.short_names, entry.subcategory, entry.category];
      const common = [...new Set(own.flatMap(words))];
      const variations = Object.entries(entry.skin_variations ?? {}).map(
        ([tones, { unified }]) =>
          [unified, [...common, ...new Set(tones.split("-").map((tone) => TONES[tone]!))]] as const,
      );
      return [[entry.unified, common] as const, ...variations];
    }),
  );
}
