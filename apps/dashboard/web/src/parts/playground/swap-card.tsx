import { useCallback, useMemo, useState } from "react";
import {
  brushCells,
  type Choice,
  collage,
  firstChoice,
  hasPlaces,
  mixCodes,
  placeOf,
  shownGrid,
} from "../../playground/cells.js";
import type { Picture } from "../../playground/picture.js";
import type { Look, Model, Pixels } from "../../playground/protocol.js";
import { useLatest } from "../../playground/use-latest.js";
import type { OpenModel } from "../../playground/use-model.js";
import { CellFrames } from "./cell-frames.js";
import { CellMap } from "./cell-map.js";
import { PicturePicker } from "./picture-picker.js";
import { PixelView } from "./pixel-view.js";

const BRUSHES = [1, 2, 4];

/** A picture of codes that are partly one image's and partly another's. */
export function SwapCard({
  model,
  first,
  firstName,
  second,
  onSecond,
}: {
  model: OpenModel;
  first: Look;
  firstName: string;
  second: Picture | undefined;
  onSecond: (picture: Picture) => void;
}) {
  const { client, codebooks } = model;
  const [choice, setChoice] = useState<Choice>(() => firstChoice(codebooks));
  const [brush, setBrush] = useState(1);
  const [error, setError] = useState<string | undefined>();
  const ask = useMemo(() => {
    if (!second) return undefined;
    return () => client.call("look", { bitmap: second.bitmap });
  }, [client, second]);
  const { output: other, error: lookError } = useLatest(ask);
  const mix = useMemo(() => {
    if (!other) return undefined;
    return () => client.call("decode", { codes: mixCodes(choice, [first.codes, other.codes]) });
  }, [client, choice, first, other]);
  const { output: mixed, error: mixError } = useLatest(mix);
  const take = useCallback((name: string, cells: readonly number[], image: 0 | 1) => {
    setChoice((before) => {
      const after = before[name]!.slice();
      for (const cell of cells) after[cell] = image;
      return { ...before, [name]: after };
    });
  }, []);
  const problem = error ?? lookError ?? mixError;
  return (
    <section className="card swap" aria-label="Swap codes">
      <div className="toolbar">
        <h2>Swap codes between two images</h2>
        <span className="count">
          Press or drag over cells to take them from the other image; what they draw follows.
        </span>
        <fieldset className="toolbar plain">
          <legend className="unseen">Brush</legend>
          <span className="count">Brush</span>
          {BRUSHES.map((side) => (
            <button
              type="button"
              key={side}
              aria-pressed={brush === side}
              onClick={() => setBrush(side)}
            >
              {side} × {side}
            </button>
          ))}
        </fieldset>
      </div>
      {problem && <p className="notice bad">{problem}</p>}
      <div className="swap-places">
        <figure className="media">
          <PixelView pixels={first.input} label={`A: ${firstName}`} />
          <figcaption>
            <b className="from-a">A</b> {firstName}
          </figcaption>
        </figure>
        <PicturePicker
          label="B"
          onPicture={(picture) => {
            setError(undefined);
            onSecond(picture);
          }}
          onError={setError}
          caption={
            <>
              <b className="from-b">B</b> {second?.name}
            </>
          }
        >
          {other && <PixelView pixels={other.input} label={`B: ${second?.name ?? ""}`} />}
        </PicturePicker>
        {other &&
          codebooks.map((codebook) => (
            <ChoiceMap
              key={codebook.name}
              codebook={codebook}
              cells={choice[codebook.name]!}
              pictures={[first.input, other.input]}
              brush={brush}
              onTake={take}
            />
          ))}
        {mixed && (
          <figure className="media mixed">
            <PixelView pixels={mixed} label="Mixed picture" />
            <figcaption>
              <b>drawn from these codes</b>
            </figcaption>
          </figure>
        )}
      </div>
    </section>
  );
}

/** Which image each cell of a codebook is taken from, over these images. */
function ChoiceMap({
  codebook,
  cells,
  pictures,
  brush,
  onTake,
}: {
  codebook: Model["codebooks"][number];
  cells: Uint8Array;
  pictures: readonly [Pixels, Pixels];
  brush: number;
  onTake: (name: string, cells: readonly number[], image: 0 | 1) => void;
}) {
  const { name, grid } = codebook;
  const [cell, setCell] = useState<number | undefined>();
  /** What the brush leaves behind: the opposite of where it was put down. */
  const [ink, setInk] = useState<0 | 1>(1);
  const shown = shownGrid(grid);
  const [[a, b], whole] = [pictures, hasPlaces(grid)];
  const picture = useMemo(() => collage(cells, grid, [a, b]), [cells, grid, a, b]);
  const fromB = cells.reduce((sum, image) => sum + image, 0);
  const press = (at: number, moved: boolean) => {
    const image = moved ? ink : cells[at] === 0 ? 1 : 0;
    if (!moved) setInk(image);
    onTake(name, brushCells(at, shown, brush), image);
  };
  const others = [...cells.keys()].filter((at) => cells[at] === 1);
  return (
    <figure className="media">
      <CellMap
        label={`Cells of ${name}`}
        grid={shown}
        describe={(at) => `${placeOf(at, shown)}: from ${cells[at] === 0 ? "A" : "B"}`}
        cell={cell}
        onCell={setCell}
        onPress={press}
      >
        {whole ? (
          <PixelView pixels={picture} label={`${name}: cells from A and B`} />
        ) : (
          <div className="pixels" />
        )}
        <CellFrames grid={shown} cells={others} className="taken" />
      </CellMap>
      <figcaption>
        <b>{name}</b> ·{" "}
        {fromB === 0
          ? "all from A"
          : fromB === cells.length
            ? "all from B"
            : `${fromB} of ${cells.length} cells from B`}
        <span className="segments">
          <button
            type="button"
            aria-label={`${name} from A`}
            aria-pressed={fromB === 0}
            onClick={() => onTake(name, [...cells.keys()], 0)}
          >
            A
          </button>
          <button
            type="button"
            aria-label={`${name} from B`}
            aria-pressed={fromB === cells.length}
            onClick={() => onTake(name, [...cells.keys()], 1)}
          >
            B
          </button>
        </span>
      </figcaption>
    </figure>
  );
}
