import { join } from "node:path";
import type { MediaRow, RunConfig } from "../../schema/run-format.js";
import type { SweepRecord } from "../../schema/sweep-format.js";
import {
  readDone,
  readMedia,
  readMetrics,
  readRunConfig,
  readRunStatus,
  readUsage,
} from "../../store/read-run.js";
import type { FilledContrast } from "../contrasts.js";
import type { ReportFigure } from "../figures/report-figure.js";
import type { FilledTable } from "../table.js";
import { curveChart, legend } from "./curves.js";
import { htmlContrasts, htmlDifferences, htmlTable } from "./html-table.js";
import { information } from "./information.js";
import { escapeHtml } from "./markup.js";
import { comparison, latest, picture, samplesByClass } from "./pictures.js";
import { SCRIPT, STYLE } from "./style.js";
import { usageChart } from "./usage-chart.js";

interface ReportRun {
  readonly folder: string;
  readonly config: RunConfig;
  readonly media: readonly MediaRow[];
}

/** Curves worth a place in a report, with what they are called there. */
const CURVES: Readonly<Record<string, string>> = {
  "validation/psnr": "PSNR on held-out images",
  "train/loss.reconstruction": "reconstruction loss while training",
  "validation/loss": "loss on held-out codes",
  "train/loss": "loss while training",
};

/** A sweep as one self-contained HTML page: no other file, no network. */
export function reportPage(
  runsFolder: string,
  record: SweepRecord,
  {
    tables,
    contrasts = [],
    drawings,
  }: {
    tables: readonly FilledTable[];
    contrasts?: readonly FilledContrast[];
    drawings: readonly ReportFigure[];
  },
): { html: string; pictures: number } {
  const runs = record.order
    .map((id) => join(runsFolder, id))
    .filter((folder) => readRunStatus(folder) === "done")
    .map(
      (folder): ReportRun => ({
        folder,
        config: readRunConfig(folder),
        media: readMedia(folder),
      }),
    );
  const tokenizers = runs.filter(({ config }) => config.kind === "tokenizer");
  const generators = runs.filter(({ config }) => config.kind === "generator");
  const body = [
    header(record, runs),
    htmlContrasts(record, contrasts),
    ...tables.map((table) => htmlTable(table) + htmlDifferences(table)),
    figures(drawings),
    reconstructions(tokenizers),
    curves("Tokenizers while training", tokenizers),
    samples(generators),
    information(generators),
    curves("Generators while training", generators),
    footer(runs),
  ].join("\n");
  const html =
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>${escapeHtml(record.title)}</title><style>${STYLE}</style></head>\n` +
    `<body>${body}\n<script>${SCRIPT}</script></body></html>\n`;
  return { html, pictures: html.split("<img ").length - 1 };
}

function header(record: SweepRecord, runs: readonly ReportRun[]): string {
  const { git, versions } = runs[0]?.config ?? { git: null, versions: {} };
  const made = [
    record.createdAt.slice(0, 16).replace("T", " "),
    `${runs.length} of ${record.order.length} runs done`,
    git ? `commit ${git.commit.slice(0, 10)}${git.dirty ? " with changes" : ""}` : "",
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
  ].filter(Boolean);
  return (
    `<h1>${escapeHtml(record.title)}</h1><p class="note">${escapeHtml(made.join(" · "))}</p>` +
    `<p class="note">made by <code>${escapeHtml(record.command)}</code></p>`
  );
}

/** Drawings are markup of our own. */
function figures(drawings: readonly ReportFigure[]): string {
  if (drawings.length === 0) return "";
  const all = drawings.map(
    ({ title, svg }) =>
      `<figure><figcaption>${escapeHtml(title)}</figcaption><div class="scroll">${svg}</div></figure>`,
  );
  return `<section><h2>Figures</h2>${all.join("\n")}</section>`;
}

function reconstructions(runs: readonly ReportRun[]): string {
  const models = runs.flatMap(({ folder, config, media }) => {
    const inputs = latest(media, "inputs");
    const full = latest(media, "reconstructions");
    if (!inputs || !full) return [];
    const codebooks = [
      ...new Set(media.flatMap(({ codebook }) => (codebook === undefined ? [] : [codebook]))),
    ];
    const alone = codebooks.flatMap((codebook) => {
      const row = latest(media, "factor", codebook);
      return row ? [picture(folder, row, `from ${codebook} alone`)] : [];
    });
    const maps = codebooks.flatMap((codebook) => {
      const row = latest(media, "tokens", codebook);
      return row ? [picture(folder, row, `codes of ${codebook}, one colour a code`)] : [];
    });
    const usage = codebooks.flatMap((codebook, i) => {
      const row = readUsage(folder)
        .filter((one) => one.codebook === codebook)
        .at(-1);
      return row ? [usageChart(row, i)] : [];
    });
    return [
      `<div class="model"><h3>${escapeHtml(config.label)}</h3>${comparison(folder, inputs, full)}` +
        `${alone.join("")}${maps.join("")}<div class="charts">${usage.join("")}</div></div>`,
    ];
  });
  if (models.length === 0) return "";
  return (
    `<section><h2>Reconstructions</h2><p class="note">Held-out images. The slider moves the border ` +
    `between original and reconstruction in all of them at once.</p>` +
    `<label class="slider">original <input type="range" min="0" max="100" value="50" ` +
    `aria-label="share of each picture that shows the original"> reconstruction</label>` +
    `${models.join("\n")}</section>`
  );
}

function curves(title: string, runs: readonly ReportRun[]): string {
  if (runs.length === 0) return "";
  const metrics = runs.map(({ folder }) => readMetrics(folder));
  const charts = Object.entries(CURVES).flatMap(([name, caption]) => {
    const series = runs.map(({ config }, i) => ({
      label: config.label,
      points: metrics[i]!.flatMap((row) =>
        row[name] === undefined ? [] : [{ x: row.step, y: row[name] }],
      ),
    }));
    return curveChart(caption, series) ?? [];
  });
  if (charts.length === 0) return "";
  return (
    `<section><h2>${escapeHtml(title)}</h2>${legend(runs.map(({ config }) => config.label))}` +
    `<div class="charts">${charts.join("")}</div></section>`
  );
}

function samples(runs: readonly ReportRun[]): string {
  const models = runs.flatMap(({ folder, config, media }) => {
    const row = latest(media, "samples");
    return row
      ? [
          `<div class="model"><h3>${escapeHtml(config.label)}</h3><p class="note">${escapeHtml(row.caption)}</p>` +
            `${samplesByClass(folder, row)}</div>`,
        ]
      : [];
  });
  if (models.length === 0) return "";
  return `<section><h2>Samples</h2><div class="side-by-side">${models.join("\n")}</div></section>`;
}

function footer(runs: readonly ReportRun[]): string {
  const rows = runs.map(({ folder, config }) => {
    const elapsed = readDone(folder)?.elapsedMs;
    const minutes = elapsed === undefined ? "–" : `${(elapsed / 60_000).toFixed(1)} min`;
    const cells = [config.kind, config.id, `seed ${config.seed}`, minutes];
    return `<tr><th scope="row">${escapeHtml(config.label)}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  return `<section><h2>Runs</h2><div class="scroll"><table><tbody>${rows.join("")}</tbody></table></div></section>`;
}
