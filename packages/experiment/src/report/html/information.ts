import type { MediaRow, RunConfig } from "../../schema/run-format.js";
import { escapeHtml } from "./markup.js";
import { latest, picture } from "./pictures.js";

interface GeneratorRun {
  readonly folder: string;
  readonly config: RunConfig;
  readonly media: readonly MediaRow[];
}

/** Maps of what sub-codes tell about one another, a generator beside the other. */
export function information(runs: readonly GeneratorRun[]): string {
  const models = runs.flatMap(({ folder, config, media }) => {
    const names = media.flatMap(({ kind, codebook }) =>
      kind === "information" && codebook !== undefined ? [codebook] : [],
    );
    const maps = [...new Set(names)].map((codebook) => {
      const row = latest(media, "information", codebook)!;
      return picture(folder, row, row.caption);
    });
    if (maps.length === 0) return [];
    return [`<div class="model"><h3>${escapeHtml(config.label)}</h3>${maps.join("")}</div>`];
  });
  if (models.length === 0) return "";
  return (
    `<section><h2>What sub-codes tell about one another</h2><p class="note">Conditional mutual information ` +
    `of a position's sub-codes given everything before it, over held-out images: where it is large, heads ` +
    `that draw sub-codes independently must fail. Theirs is zero.</p>` +
    `<div class="side-by-side">${models.join("\n")}</div></section>`
  );
}
