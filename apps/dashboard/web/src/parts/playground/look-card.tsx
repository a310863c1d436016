import { type ReactNode, useState } from "react";
import { cellsOf, codesAsRows, factorOf, hasPlaces, shownGrid } from "../../playground/cells.js";
import type { Look, Model } from "../../playground/protocol.js";
import type { OpenModel } from "../../playground/use-model.js";
import { CellFrames } from "./cell-frames.js";
import { type ChosenCode, CodeMap } from "./code-map.js";
import { PixelView } from "./pixel-view.js";
import { SaveCodes } from "./save-codes.js";
import { StageBar } from "./stage-bar.js";

/** One image: what the model sees of it, its codes, and what they draw together and alone. */
export function LookCard({
  model,
  look,
  name,
  picker,
}: {
  model: OpenModel;
  look: Look | undefined;
  name: string;
  picker: ReactNode;
}) {
  const [cell, setCell] = useState<{ codebook: string; cell: number } | undefined>();
  const [chosen, setChosen] = useState<ChosenCode | undefined>();
  const framesOver = () => {
    const codebook = model.codebooks.find(
      (book) => book.name === (cell?.codebook ?? chosen?.codebook),
    );
    if (!codebook || !look || !hasPlaces(codebook.grid)) return null;
    const codes = look.codes[codebook.name];
    const marked = chosen?.codebook === codebook.name && codes ? cellsOf(codes, chosen.code) : [];
    return (
      <>
        <CellFrames grid={codebook.grid} cells={marked} />
        {cell && (
          <CellFrames grid={shownGrid(codebook.grid)} cells={[cell.cell]} className="cursor" />
        )}
      </>
    );
  };
  const mapOf = (codebook: Model["codebooks"][number]) =>
    look && (
      <CodeMap
        key={codebook.name}
        codebook={codebook}
        codes={look.codes[codebook.name]!}
        cell={cell?.codebook === codebook.name ? cell.cell : undefined}
        onCell={(at) =>
          setCell(at === undefined ? undefined : { codebook: codebook.name, cell: at })
        }
        chosen={chosen}
        onChoose={setChosen}
      />
    );
  const { codebooks, factors } = model;
  return (
    <section className="card look" aria-label="Image">
      {picker}
      {look && (
        <div className="look-results">
          <div className="columns">
            <div>
              <figure className="media">
                <PixelView pixels={look.input} label="Input">
                  {framesOver()}
                </PixelView>
                <figcaption>
                  <b>input</b> · {model.size} × {model.size}
                </figcaption>
              </figure>
              <figure className="media">
                <PixelView pixels={look.reconstruction} label="Reconstruction">
                  {framesOver()}
                </PixelView>
                <figcaption>
                  <b>reconstruction</b> · PSNR {look.psnr.toFixed(2)} dB
                </figcaption>
              </figure>
            </div>
            {factors.map((factor) => (
              <div key={factor}>
                {look.alone[factor] && (
                  <figure className="media">
                    <PixelView pixels={look.alone[factor]} label={`${factor} alone`}>
                      {framesOver()}
                    </PixelView>
                    <figcaption>
                      <b>{factor}</b> alone
                    </figcaption>
                  </figure>
                )}
                {codebooks.filter(({ name }) => factorOf(name, factors) === factor).map(mapOf)}
              </div>
            ))}
          </div>
          {codebooks.length === 0 && (
            <p className="count">This tokenizer's latents are continuous: there are no codes.</p>
          )}
          <div className="toolbar">
            <StageBar stages={look.stages} where={model.compute.label} />
            {codebooks.length > 0 && (
              <SaveCodes
                name={name}
                content={{
                  tokenizer: model.hash,
                  image: name,
                  codes: codesAsRows(look.codes, codebooks),
                }}
              />
            )}
          </div>
        </div>
      )}
    </section>
  );
}
