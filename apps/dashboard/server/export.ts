import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { listRunFolders } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { viewCheckpoints } from "./checkpoints-view.js";
import { viewCodebooks } from "./codebooks-view.js";
import { CurveStore, type Rows } from "./curve-store.js";
import { viewLog } from "./log-view.js";
import { pathBelow } from "./path-below.js";
import { RunIndex } from "./run-index.js";
import { viewRunDetail } from "./run-view.js";
import { sweepNames, viewSweep, viewSweeps } from "./sweep-view.js";
import { viewTokens } from "./tokens-view.js";
import { loadWebAssets } from "./web-assets.js";

/** Rows of metrics kept of a run. */
const MOST_ROWS = 2000;

export interface ExportOptions {
  /** Folder of run folders. */
  readonly runs: string;
  /** Folder to write; must be empty or new. */
  readonly out: string;
  readonly log?: (line: string) => void;
}

export interface ExportedDashboard {
  /** The page to open. */
  readonly page: string;
  readonly runs: number;
  readonly pictures: number;
}

/**
 * Writes the dashboard as a folder that needs no server: pages, pictures and data, to be opened from a
 * disk or put on any web host. What is drawn on demand (swapped codes) is not part of it.
 * @throws UserError when there are no runs, or `out` has something in it
 */
export async function exportDashboard({
  runs,
  out,
  log = () => undefined,
}: ExportOptions): Promise<ExportedDashboard> {
  const folders = listRunFolders(runs);
  if (folders.length === 0)
    throw new UserError(
      `${runs}: expected a folder of runs, found none; \`fqgan sweep run\` makes some`,
    );
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new UserError(`${out}: expected an empty or new folder; name another one`);
  const assets = await loadWebAssets(log);
  mkdirSync(join(out, "media"), { recursive: true });
  let pictures = 0;
  const answers: Record<string, unknown> = {
    "/api/runs": new RunIndex(runs, 1000).list(),
    "/api/sweeps": viewSweeps(runs),
  };
  for (const name of sweepNames(runs))
    answers[`/api/sweeps/${encodeURIComponent(name)}`] = answerOf(() => viewSweep(runs, name));
  const rows: Record<string, object> = {};
  const curves = new CurveStore(1);
  for (const folder of folders) {
    const id = basename(folder);
    const path = `/api/runs/${encodeURIComponent(id)}`;
    const detail = viewRunDetail(folder);
    answers[path] = detail;
    for (const [name, view] of [
      ["codebooks", viewCodebooks],
      ["tokens", viewTokens],
      ["log?lines=200", (one: string) => viewLog(one, 200)],
      ["checkpoints", viewCheckpoints],
    ] as const)
      answers[`${path}/${name}`] = answerOf(() => view(folder));
    rows[id] = plainRows(curves.read(folder));
    for (const { file } of detail.media) {
      // A link to a file elsewhere is not carried out of the house.
      const from = pathBelow(folder, "media", file);
      if (!from) continue;
      mkdirSync(join(out, "media", id), { recursive: true });
      copyFileSync(from, join(out, "media", id, file));
      pictures += 1;
    }
  }
  // JSON in a script: `<` can't end it, and the two line separators are no ends of lines.
  const data = JSON.stringify({ answers, rows })
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  writeFileSync(join(out, "data.js"), `window.fqganExport = ${data};\n`);
  writePages(assets, out);
  return { page: join(out, "index.html"), runs: folders.length, pictures };
}

/** What has no answer (no codes, a damaged folder) is left out: the page says so. */
function answerOf(view: () => unknown): unknown {
  try {
    return view();
  } catch {
    return undefined;
  }
}

function plainRows({ step, seconds, columns }: Rows): object {
  const every = Math.max(1, Math.ceil(step.length / MOST_ROWS));
  const kept = (row: number) => row % every === 0 || row === step.length - 1;
  return {
    step,
    seconds: seconds.map((value) => Math.round(value * 10) / 10),
    columns: Object.fromEntries(
      [...columns].map(([name, { row, value }]) => {
        const places = row.map((_, i) => i).filter((i) => kept(row[i]!));
        return [name, { row: places.map((i) => row[i]!), value: places.map((i) => value[i]!) }];
      }),
    ),
  };
}

function writePages(assets: Awaited<ReturnType<typeof loadWebAssets>>, out: string): void {
  for (const path of assets.files) {
    if (path === "/index.html") continue;
    const target = join(out, ...path.split("/"));
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(target, assets.read(path).content);
  }
  const page = new TextDecoder().decode(assets.read("/index.html").content);
  const relative = page
    .replaceAll(/(src|href)="\//g, '$1="./')
    .replaceAll(/<script type="module" crossorigin/g, "<script defer")
    .replaceAll(" crossorigin", "")
    .replace("</head>", '<script src="./data.js"></script></head>');
  writeFileSync(join(out, "index.html"), relative);
}
