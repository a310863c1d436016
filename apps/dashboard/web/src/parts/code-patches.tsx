import type { CSSProperties } from "react";
import type { TokensView } from "../../../server/api-types.js";

const MOST = 60;

export interface Sheet {
  readonly url: string;
  readonly columns: number;
  readonly rows: number;
}

/** Every patch of the shown images that has one code. */
export function CodePatches({
  view,
  sheet,
  codebook,
  code,
}: {
  view: TokensView;
  sheet: Sheet;
  codebook: TokensView["codebooks"][number];
  code: number;
}) {
  const [rows, columns] = codebook.grid;
  const uses = codebook.codes.flatMap((codes, image) =>
    codes.flatMap((other, position) => (other === code ? [{ image, position }] : [])),
  );
  const [across, down] = [sheet.columns * columns, sheet.rows * rows];
  const style = ({ image, position }: { image: number; position: number }): CSSProperties => {
    const x = (image % sheet.columns) * columns + (position % columns);
    const y = Math.floor(image / sheet.columns) * rows + Math.floor(position / columns);
    return {
      backgroundImage: `url("${sheet.url}")`,
      backgroundSize: `${100 * across}% ${100 * down}%`,
      backgroundPosition: `${(100 * x) / Math.max(1, across - 1)}% ${(100 * y) / Math.max(1, down - 1)}%`,
    };
  };
  return (
    <section>
      <h2>
        Code {code} of {codebook.name}
      </h2>
      <p className="count">
        {uses.length === 0
          ? "No shown image uses it."
          : `${uses.length} of ${codebook.codes.length * rows * columns} places in ${new Set(uses.map((use) => use.image)).size} of ${codebook.codes.length} images${uses.length > MOST ? `; the first ${MOST}` : ""}`}
      </p>
      <div className="patches">
        {uses.slice(0, MOST).map((use) => {
          const name = view.images[use.image]!.name;
          return (
            <span
              className="tile"
              role="img"
              key={`${use.image} ${use.position}`}
              aria-label={`patch of ${name}`}
              title={name}
              style={style(use)}
            />
          );
        })}
      </div>
    </section>
  );
}
