import { useMemo } from "react";
import type { MediaItem, RunDetail } from "../../../server/api-types.js";
import { formatNumber } from "../data/format.js";
import { useQueryParameter } from "../data/location.js";
import { useRunDetails, useRuns } from "../data/queries.js";
import { mediaUrl } from "../data/source.js";
import { Link, runAddress } from "../parts/link.js";
import { Pending } from "../parts/status.js";
import { Tile } from "../parts/tile.js";

const SAMPLES = "samples";
const MOST = 24;

/** Images that generators drew: a class across runs, so that heads and guidance can be looked at side by side. */
export function GalleryPage() {
  const { data: runs, error } = useRuns();
  const ids = useMemo(
    () => (runs ?? []).filter(({ kind }) => kind === "generator").map(({ id }) => id),
    [runs],
  );
  const details = useRunDetails(ids.slice(0, MOST));
  const [chosenClass, setClass] = useQueryParameter("class", "");
  if (!runs) return <Pending error={error} what="runs" />;
  const drawn = details.flatMap((run) => {
    const media = run.media.findLast(({ kind }) => kind === SAMPLES);
    return media?.items ? [{ run, media }] : [];
  });
  const classes = [...new Set(drawn.flatMap(({ media }) => media.items ?? []))].sort();
  return (
    <>
      <div className="heading">
        <h1>Gallery</h1>
        <span className="sub">
          {drawn.length} generators
          {ids.length > MOST ? ` (the last ${MOST} of ${ids.length})` : ""}
        </span>
      </div>
      {drawn.length === 0 ? (
        <p className="empty">
          No generator has drawn anything yet. <code>npm run ablation -- --quick</code> trains
          three.
        </p>
      ) : (
        <>
          <div className="toolbar">
            <label className="inline">
              Class
              <select value={chosenClass} onChange={(event) => setClass(event.target.value)}>
                <option value="">every class</option>
                {classes.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          </div>
          {drawn.map(({ run, media }) => (
            <Samples key={run.id} run={run} media={media} only={chosenClass} />
          ))}
        </>
      )}
    </>
  );
}

/** How a run's samples were drawn, as far as its config says. */
function describeSampling({ config }: RunDetail): string {
  const all = (config as { config?: Record<string, unknown> } | null)?.config ?? {};
  const sample = (all.sample ?? {}) as Record<string, unknown>;
  return ["guidance", "temperature", "topK", "topP"]
    .filter((name) => sample[name] !== undefined && sample[name] !== null)
    .map((name) => `${name} ${inWords(sample[name])}`)
    .join(" · ");
}

/** `{scale: 2, schedule: "cosine"}` as `scale 2, schedule cosine`. */
const inWords = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/["{}]/g, "").replaceAll(":", " ").replaceAll(",", ", ");

function Samples({ run, media, only }: { run: RunDetail; media: MediaItem; only: string }) {
  const items = media.items ?? [];
  const rows = new Map<string, number[]>();
  items.forEach((name, index) => {
    if (!only || name === only) rows.set(name, [...(rows.get(name) ?? []), index]);
  });
  const sheet = mediaUrl(run.id, media.file);
  const gfid = run.summary["samples/fid"];
  return (
    <section className="card" style={{ display: "grid", gap: "0.6rem" }}>
      <div className="toolbar">
        <h2 style={{ margin: 0 }}>
          <Link to={runAddress(run.id)}>{run.label}</Link>
        </h2>
        <span className="count">
          {[
            `seed ${run.seed}`,
            `step ${media.step.toLocaleString("en")}`,
            gfid !== undefined && `gFID ${formatNumber(gfid)}`,
            describeSampling(run),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </div>
      {[...rows].map(([name, places]) => (
        <div className="class-row" key={name}>
          <span className="count">{name}</span>
          <div className="samples">
            {places.map((index) => (
              <Tile
                key={index}
                {...{ sheet, columns: media.columns, rows: media.rows, index }}
                label={`${name}, drawn by ${run.label}`}
              />
            ))}
          </div>
        </div>
      ))}
    </section>
  );
}
