import type { TokensView } from "../../../server/api-types.js";
import { useQueryParameter } from "../data/location.js";
import { TOKEN_IMAGES } from "../data/media.js";
import { useRun, useTokens } from "../data/queries.js";
import { drawnUrl, isExport, mediaUrl } from "../data/source.js";
import { CodePatches, type Sheet } from "../parts/code-patches.js";
import { Picture } from "../parts/picture.js";
import { RunHeading } from "../parts/run-heading.js";
import { Pending } from "../parts/status.js";
import { Tile } from "../parts/tile.js";
import { TokenMap } from "../parts/token-map.js";

/** The codes of single images: as maps, by code, drawn alone and swapped between two images. */
export function TokensPage({ id }: { id: string }) {
  const { data: run, error } = useRun(id);
  const { data: view, error: viewError } = useTokens(id);
  const [first, setFirst] = useQueryParameter("image", "0");
  const [second, setSecond] = useQueryParameter("other", "1");
  const [choice, setChoice] = useQueryParameter("code", "");
  if (!run) return <Pending error={error} what={`run ${id}`} />;
  if (!view)
    return (
      <>
        <RunHeading run={run} view="tokens" />
        <Pending error={viewError} what="codes" />
      </>
    );
  const media = run.media.findLast(({ kind }) => kind === TOKEN_IMAGES);
  if (!media)
    return <p className="notice bad">The picture of this run's test images is missing.</p>;
  const sheet: Sheet = { url: mediaUrl(id, media.file), columns: media.columns, rows: media.rows };
  const image = Math.min(view.images.length - 1, Number(first) || 0);
  const other = Math.min(view.images.length - 1, Number(second) || 0);
  const [codebookName, codeText] = choice.split(":");
  const codebook = view.codebooks.find(({ name }) => name === codebookName);
  return (
    <>
      <RunHeading run={run} view="tokens" />
      <section className="card" style={{ display: "grid", gap: "0.7rem" }}>
        <h2 style={{ margin: 0 }}>Test images</h2>
        <div className="picker">
          {view.images.map(({ name }, index) => (
            <button
              type="button"
              // biome-ignore lint/suspicious/noArrayIndexKey: images have places, and names more than once
              key={index}
              aria-pressed={index === image}
              aria-label={name}
              onClick={() => setFirst(String(index))}
            >
              <Tile
                {...{ sheet: sheet.url, columns: sheet.columns, rows: sheet.rows, index }}
                label={name}
              />
            </button>
          ))}
        </div>
      </section>
      <section className="card" style={{ display: "grid", gap: "0.9rem" }}>
        <h2 style={{ margin: 0 }}>
          {view.images[image]!.name}{" "}
          <span className="count">{view.classes[view.images[image]!.label]}</span>
        </h2>
        <div className="panels">
          <figure className="media">
            <Tile
              {...{ sheet: sheet.url, columns: sheet.columns, rows: sheet.rows, index: image }}
              label="input"
            />
            <figcaption>input</figcaption>
          </figure>
          <Drawn view={view} sources={allFrom(view, image)} caption="reconstruction" />
          {view.factors.length > 1 &&
            view.factors.map((factor) => (
              <Drawn
                key={factor}
                view={view}
                sources={{ [factor]: image }}
                caption={`${factor} alone`}
              />
            ))}
          {view.codebooks.map((book) => (
            <figure className="media" key={book.name}>
              <TokenMap
                codebook={book}
                image={image}
                chosen={codebook?.name === book.name ? Number(codeText) : undefined}
                onChoose={(code) => setChoice(`${book.name}:${code}`)}
              />
              <figcaption>codes of {book.name}; choose one</figcaption>
            </figure>
          ))}
        </div>
        {codebook && (
          <CodePatches view={view} sheet={sheet} codebook={codebook} code={Number(codeText)} />
        )}
      </section>
      {isExport && (
        <p className="count">
          Reconstructions, factors alone and swapped codes are drawn on demand: they need a running
          dashboard.
        </p>
      )}
      {view.factors.length > 1 && !isExport && (
        <section className="card" style={{ display: "grid", gap: "0.9rem" }}>
          <div className="toolbar">
            <h2 style={{ margin: 0 }}>Swap codes with</h2>
            <select
              aria-label="The other image"
              value={other}
              onChange={(event) => setSecond(event.target.value)}
            >
              {view.images.map(({ name }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <option key={index} value={index}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <div className="panels">
            <Drawn view={view} sources={allFrom(view, image)} caption={view.images[image]!.name} />
            <Drawn view={view} sources={allFrom(view, other)} caption={view.images[other]!.name} />
            {view.factors.map((factor) => (
              <Drawn
                key={factor}
                view={view}
                sources={{ ...allFrom(view, image), [factor]: other }}
                caption={`${factor} of ${view.images[other]!.name}, the rest of ${view.images[image]!.name}`}
              />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

const allFrom = ({ factors }: TokensView, image: number): Record<string, number> =>
  Object.fromEntries(factors.map((factor) => [factor, image]));

function Drawn({
  view,
  sources,
  caption,
}: {
  view: TokensView;
  sources: Readonly<Record<string, number>>;
  caption: string;
}) {
  if (isExport) return null;
  return (
    <figure className="media">
      <Picture source={drawnUrl(view.run, sources)} alt={caption} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}
