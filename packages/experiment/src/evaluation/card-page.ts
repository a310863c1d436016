/** The tokenizer card as one HTML file that needs nothing else: numbers, their protocols, pictures, the data. */
import { escapeHtml } from "../report/html/markup.js";
import type { CardPictures, CardProtocol, TokenizerCard } from "./card.js";
import { CARD_STYLE } from "./card-style.js";
import { formatInterval } from "./labelled.js";

/** The card as one HTML file that needs nothing else, its data inside as JSON. */
export function cardPage(card: TokenizerCard, pictures: readonly CardPictures[]): string {
  const { tokenizer } = card;
  const name = escapeHtml(tokenizer.name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · tokenizer card</title>
<style>${CARD_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kind">Tokenizer card</p>
<h1>${name}</h1>
<p class="chips">${chips(card)}</p>
</header>
<section class="tiles" aria-label="Summary">${tiles(card)}</section>
${warnings(card)}
${strip(pictures, tokenizer.size)}
<section>
<h2>Numbers by protocol</h2>
<p class="lead">Every number says how it was made. Numbers of different protocols, networks or counts are not comparable. In brackets: 95 % intervals.</p>
<div class="protocols">${card.protocols
    .filter(({ values, failures }) => values.length + failures.length > 0)
    .map(protocolSection)
    .join("\n")}</div>
</section>
${codesSection(card)}
${aboutSection(card)}
</main>
<script type="application/json" id="card">${JSON.stringify(card, finite).replaceAll("<", "\\u003c")}</script>
</body>
</html>
`;
}

/** JSON has no infinity: what is not finite becomes a word. */
export const finite = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

const chip = (label: string, value: string) =>
  `<span class="chip"><b>${escapeHtml(label)}</b> ${escapeHtml(value)}</span>`;

function chips({ tokenizer, images }: TokenizerCard): string {
  const books = Object.entries(tokenizer.codebooks).map(([name, size]) =>
    chip(name, `${tokenizer.codesPerImage[name]} × ${size.toLocaleString("en")} codes`),
  );
  return [
    chip("weights", tokenizer.hash),
    chip("images", `${tokenizer.size} × ${tokenizer.size}`),
    ...books,
    chip(
      "measured on",
      `${images.count.toLocaleString("en")} of ${images.name} (${images.fingerprint})`,
    ),
  ].join("");
}

/** The first number of each kind, for who looks for ten seconds. */
function tiles({ protocols, codes }: TokenizerCard): string {
  const first = (name: string) => {
    for (const protocol of protocols)
      for (const value of protocol.values)
        if (value.name === name) return { ...value, of: protocol.title };
    return undefined;
  };
  const tile = (label: string, value: string, below: string) =>
    `<div class="tile"><span>${escapeHtml(label)}</span><strong>${escapeHtml(value)}</strong><small>${escapeHtml(below)}</small></div>`;
  const numbers = ["fid", "psnr", "ssim", "lpips", "pfid"].flatMap((name) => {
    const value = first(name);
    if (!value) return [];
    return [tile(name === "fid" ? "rFID" : value.label, value.text, value.of)];
  });
  const used = Object.values(codes.books).map((book) => book.used / book.size);
  const mean = used.reduce((sum, share) => sum + share, 0) / used.length;
  return [
    ...numbers,
    tile(
      "Bits per pixel",
      codes.bitsPerPixel.toFixed(3),
      `${Math.round(codes.bitsPerImage)} bits an image`,
    ),
    tile("Codes used", percent(mean), used.length > 1 ? "mean over codebooks" : "of the codebook"),
  ].join("");
}

const percent = (share: number) => `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`;

function warnings({ warnings, rejected }: TokenizerCard): string {
  const lines = [
    ...warnings,
    ...(rejected.length > 0
      ? [
          `${rejected.length} images could not be used: ${rejected
            .slice(0, 3)
            .map(({ reason }) => reason)
            .join("; ")}${rejected.length > 3 ? "; …" : ""}`,
        ]
      : []),
  ];
  if (lines.length === 0) return "";
  return `<aside>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join("")}</aside>`;
}

function strip(pictures: readonly CardPictures[], size: number): string {
  if (pictures.length === 0) return "";
  const source = (bytes: Uint8Array) =>
    `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
  const pixelated = size <= 96 ? " pixelated" : "";
  const pairs = pictures.map(
    ({ original, reconstruction }, i) =>
      `<figure><img class="picture${pixelated}" src="${source(original)}" alt="original ${i + 1}"><img class="picture${pixelated}" src="${source(reconstruction)}" alt="reconstruction ${i + 1}"></figure>`,
  );
  return `<section><h2>Originals over reconstructions</h2><div class="strip">${pairs.join("")}</div></section>`;
}

const ARROWS = { higher: "↑", lower: "↓", neither: "" } as const;

function protocolSection({ title, summary, stamp, values, failures }: CardProtocol): string {
  const cells = values.map((value) => {
    const interval = value.interval
      ? `<small title="${escapeHtml(value.interval.method)}">${formatInterval(value.interval, value.text)}</small>`
      : "";
    const made = Object.entries(value.protocol)
      .map(([key, setting]) => `${key}: ${setting}`)
      .join("\n");
    return `<div class="value" title="${escapeHtml(made)}"><span>${escapeHtml(value.label)} ${ARROWS[value.better]}</span><strong>${escapeHtml(value.text)}</strong>${interval}</div>`;
  });
  const missing = failures.map(
    ({ metric, reason }) => `<p class="missing">${escapeHtml(metric)}: ${escapeHtml(reason)}</p>`,
  );
  return `<article><h3>${escapeHtml(title)}</h3><p class="summary">${escapeHtml(summary)}</p><div class="values">${cells.join("")}</div>${missing.join("")}<p class="stamp">${escapeHtml(stamp)}</p></article>`;
}

function codesSection({ codes }: TokenizerCard): string {
  const rows = Object.entries(codes.books).map(([name, book]) => {
    const share = book.used / book.size;
    return `<tr><th scope="row">${escapeHtml(name)}</th><td>${book.size.toLocaleString("en")}</td><td>${book.used.toLocaleString("en")} <span class="bar"><i style="width:${(100 * share).toFixed(1)}%"></i></span> ${percent(share)}</td><td>${book.perplexity.toFixed(1)}</td><td>${rankCurve(book.frequencies)}</td></tr>`;
  });
  const joint = codes.joint
    ? `<tr><th scope="row">together</th><td></td><td>${codes.joint.used.toLocaleString("en")} tuples</td><td>${codes.joint.perplexity.toFixed(1)}</td><td></td></tr>`
    : "";
  const saved = 1 - codes.codedBitsPerImage / codes.bitsPerImage;
  return `<section>
<h2>Codes</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Codebook</th><th scope="col">Codes</th><th scope="col">Used</th><th scope="col">Perplexity</th><th scope="col">Frequency by rank</th></tr></thead>
<tbody>${rows.join("")}${joint}</tbody>
</table></div>
<p>${Math.round(codes.bitsPerImage).toLocaleString("en")} bits an image as indices of fixed length, ${Math.round(codes.codedBitsPerImage).toLocaleString("en")} as an ideal coder of each codebook's frequencies would write them (${percent(saved)} less).</p>
</section>`;
}

/** Logarithmic in the frequency; a flat line is a codebook used evenly. */
function rankCurve(frequencies: readonly number[]): string {
  const [width, height] = [160, 36];
  const logs = frequencies.filter((share) => share > 0).map((share) => Math.log10(share));
  if (logs.length < 2) return "";
  const [most, least] = [logs[0]!, Math.min(logs.at(-1)!, logs[0]! - 1)];
  const points = logs.map((log, i) => {
    const x = (i / (frequencies.length - 1)) * width;
    const y = 2 + ((most - log) / (most - least)) * (height - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const label = `from ${percentOf(most)} of the indices for the most frequent code to ${percentOf(logs.at(-1)!)}`;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><title>${label}</title><polyline points="${points.join(" ")}"/></svg>`;
}

const percentOf = (log: number) => `${(100 * 10 ** log).toPrecision(2)} %`;

function aboutSection({ tokenizer, speed, images, seconds }: TokenizerCard): string {
  const rate = (value: number | null) =>
    value === null ? "not measured" : `${value.toPrecision(3)} images/s`;
  const rows: [string, string][] = [
    ["Encoding", rate(speed.encodeImagesPerSecond)],
    ["Decoding", rate(speed.decodeImagesPerSecond)],
    ["Measured with", `batches of ${speed.batchSize}, ${speed.machine}`],
    ["Size", `${(tokenizer.bytes / 1e6).toFixed(1)} MB`],
    ...(tokenizer.parameters === undefined
      ? []
      : [["Parameters", tokenizer.parameters.toLocaleString("en")] as [string, string]]),
    ["Images", `${images.count.toLocaleString("en")} of ${images.name}; ${images.crop}`],
    ["File list", `${images.fingerprint} (beginning of the SHA-256 of names and sizes)`],
    ["Weights", `${tokenizer.hash} (beginning of their SHA-256)`],
    ["Time", `${Math.round(seconds)} s`],
  ];
  return `<section><h2>Speed, size, origin</h2><dl>${rows
    .map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`)
    .join("")}</dl></section>`;
}
