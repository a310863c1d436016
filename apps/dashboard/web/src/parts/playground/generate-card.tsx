import { type ReactNode, useEffect, useRef, useState } from "react";
import { codesAsRows } from "../../playground/cells.js";
import { isClosed } from "../../playground/client.js";
import { type Picture, pictureOfPixels } from "../../playground/picture.js";
import type { Drawing, Sampling } from "../../playground/protocol.js";
import type { OpenModel } from "../../playground/use-model.js";
import { type ChosenCode, CodeMap } from "./code-map.js";
import { PixelView, toImageData } from "./pixel-view.js";
import { SaveCodes } from "./save-codes.js";
import { formatMs } from "./stage-bar.js";

/** Pictures kept for looking back. */
const KEPT = 12;

interface Done {
  readonly id: number;
  readonly name: string;
  readonly picture: Drawing["picture"];
}

/** Pictures of a class, drawn code by code. */
export function GenerateCard({
  model,
  onUse,
}: {
  model: OpenModel;
  /** Looks at a drawn picture as an image. */
  onUse: (picture: Picture) => void;
}) {
  const { client, codebooks } = model;
  const { classes, grid, fewestCodes, sampling: initial } = model.generator!;
  const [label, setLabel] = useState(0);
  const [seed, setSeed] = useState(0);
  const [sampling, setSampling] = useState<Sampling>(initial);
  const [drawing, setDrawing] = useState<Drawing | undefined>();
  const [stop, setStop] = useState<AbortController | undefined>();
  const [done, setDone] = useState<readonly Done[]>([]);
  const [error, setError] = useState<string | undefined>();
  const [cell, setCell] = useState<{ codebook: string; cell: number } | undefined>();
  const [chosen, setChosen] = useState<ChosenCode | undefined>();
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const draw = async (own: number) => {
    const controller = new AbortController();
    running.current = controller;
    setStop(controller);
    setError(undefined);
    setSeed(own);
    try {
      const result = await client.call(
        "draw",
        { label, seed: own, ...sampling },
        { onSaid: setDrawing, signal: controller.signal },
      );
      setDrawing(result);
      if (result.drawn === result.total) {
        const entry = { name: `${classes[label]}, seed ${own}`, picture: result.picture };
        setDone((before) => [{ ...entry, id: (before[0]?.id ?? 0) + 1 }, ...before].slice(0, KEPT));
      }
    } catch (problem) {
      if (!isClosed(problem)) setError((problem as Error).message);
    } finally {
      setStop(undefined);
    }
  };
  const isWhole = drawing?.drawn === drawing?.total;
  const name = `${classes[label]}, seed ${seed}`;
  return (
    <section className="card generate" aria-label="Generate">
      <h2>Draw a picture of a class</h2>
      <form
        className="controls"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          draw(seed);
        }}
      >
        <Field label="Class">
          <select value={label} onChange={(event) => setLabel(Number(event.target.value))}>
            {classes.map((text, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a class is its number
              <option key={i} value={i}>
                {text}
              </option>
            ))}
          </select>
        </Field>
        <NumberField label="Seed" value={seed} onValue={setSeed} range={[0, 2 ** 31 - 1, 1]} />
        <NumberField
          label="Guidance"
          value={sampling.guidance}
          onValue={(guidance) => setSampling({ ...sampling, guidance })}
          range={[0, 20, 0.1]}
        />
        <NumberField
          label="Temperature"
          value={sampling.temperature}
          onValue={(temperature) => setSampling({ ...sampling, temperature })}
          range={[0, 5, 0.05]}
        />
        <NumberField
          label="Top-k (0: all)"
          value={sampling.topK}
          onValue={(topK) => setSampling({ ...sampling, topK })}
          range={[0, fewestCodes, 1]}
        />
        <div className="toolbar">
          <button type="submit" className="primary" disabled={stop !== undefined}>
            Draw
          </button>
          {stop ? (
            <button type="button" onClick={() => stop.abort()}>
              Stop
            </button>
          ) : (
            <button type="button" onClick={() => draw(seed + 1)}>
              Again, next seed
            </button>
          )}
        </div>
      </form>
      {error && <p className="notice bad">{error}</p>}
      {drawing && (
        <>
          <div className="panels">
            <figure className="media drawn">
              <PixelView pixels={drawing.picture} label={`Drawn: ${name}`}>
                <Undrawn grid={grid} drawn={drawing.drawn} />
              </PixelView>
              <figcaption>
                <b>{name}</b>
              </figcaption>
            </figure>
            {codebooks.map((codebook) => (
              <CodeMap
                key={codebook.name}
                codebook={codebook}
                codes={drawing.codes[codebook.name]!}
                drawn={drawing.drawn}
                cell={cell?.codebook === codebook.name ? cell.cell : undefined}
                onCell={(at) =>
                  setCell(at === undefined ? undefined : { codebook: codebook.name, cell: at })
                }
                chosen={chosen}
                onChoose={setChosen}
              />
            ))}
          </div>
          <progress value={drawing.drawn} max={drawing.total} aria-label="Positions drawn" />
          <div className="toolbar">
            <span className="count" aria-live={isWhole ? "polite" : "off"}>
              {isWhole ? "Done: " : ""}
              {drawing.drawn} of {drawing.total} positions in {formatMs(drawing.ms)}, shown
              included; {Math.round((1000 * drawing.drawn) / Math.max(1, drawing.generatorMs))} a
              second by the generator on {model.compute.label}
            </span>
            {isWhole && (
              <>
                <button
                  type="button"
                  onClick={() => pictureOfPixels(toImageData(drawing.picture), name).then(onUse)}
                >
                  Use as the image
                </button>
                <SaveCodes
                  name={name}
                  content={{
                    tokenizer: model.hash,
                    image: name,
                    codes: codesAsRows(drawing.codes, codebooks),
                  }}
                />
              </>
            )}
          </div>
        </>
      )}
      {done.length > 1 && (
        <ul className="history" aria-label="Pictures drawn so far">
          {done.map(({ id, name: title, picture }) => (
            <li key={id} title={title}>
              <PixelView pixels={picture} label={title} />
              <span className="count">{title}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Veils the cells that are still to come. */
function Undrawn({
  grid: [rows, columns],
  drawn,
}: {
  grid: readonly [number, number];
  drawn: number;
}) {
  const cells = Array.from({ length: rows * columns - drawn }, (_, i) => drawn + i);
  if (rows === 1) return null;
  return (
    <svg
      className="undrawn"
      viewBox={`0 0 ${columns} ${rows}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {cells.map((cell) => (
        <rect key={cell} x={cell % columns} y={Math.floor(cell / columns)} width="1" height="1" />
      ))}
    </svg>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

function NumberField({
  label,
  value,
  onValue,
  range: [min, max, step],
}: {
  label: string;
  value: number;
  onValue: (value: number) => void;
  range: readonly [number, number, number];
}) {
  return (
    <Field label={label}>
      <input
        type="number"
        {...{ min, max, step, value }}
        onChange={(event) => {
          const next = event.target.valueAsNumber;
          if (Number.isFinite(next)) onValue(next);
        }}
      />
    </Field>
  );
}
