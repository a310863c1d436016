import type { TokensView } from "../../../server/api-types.js";
import { categoryColour } from "../data/colours.js";

/** The codes of one image and codebook as buttons, one colour a code, over the image's place. */
export function TokenMap({
  codebook,
  image,
  chosen,
  onChoose,
}: {
  codebook: TokensView["codebooks"][number];
  image: number;
  chosen: number | undefined;
  onChoose: (code: number) => void;
}) {
  const [rows, columns] = codebook.grid;
  const codes = codebook.codes[image] ?? [];
  return (
    <fieldset
      className="tokens"
      aria-label={`Codes of ${codebook.name}`}
      style={{
        gridTemplateColumns: `repeat(${columns}, 1fr)`,
        aspectRatio: `${columns} / ${rows}`,
      }}
    >
      {codes.map((code, position) => (
        <button
          type="button"
          // biome-ignore lint/suspicious/noArrayIndexKey: a position of the grid
          key={position}
          className={code === chosen ? "chosen" : undefined}
          aria-pressed={code === chosen}
          aria-label={`code ${code}, row ${Math.floor(position / columns) + 1}, column ${(position % columns) + 1}`}
          title={`code ${code}`}
          style={{ background: categoryColour(code) }}
          onClick={() => onChoose(code)}
        />
      ))}
    </fieldset>
  );
}
