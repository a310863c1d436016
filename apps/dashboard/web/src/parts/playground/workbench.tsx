import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { PlaygroundModel } from "../../../../server/api-types.js";
import { type Picture, pictureOfFile, useDroppedPictures } from "../../playground/picture.js";
import type { Look } from "../../playground/protocol.js";
import { type Camera, useCamera } from "../../playground/use-camera.js";
import { useLatest } from "../../playground/use-latest.js";
import type { OpenModel } from "../../playground/use-model.js";
import { BitmapView } from "./bitmap-view.js";
import { GenerateCard } from "./generate-card.js";
import { LookCard } from "./look-card.js";
import { NoGenerator } from "./no-generator.js";
import { PicturePicker } from "./picture-picker.js";
import { SwapCard } from "./swap-card.js";

/** What a model knows of an image; another model knows it otherwise. */
interface Seen extends Picture {
  readonly model: OpenModel;
  readonly look: Look;
}

/** Everything that can be done with an open model. */
export function Workbench({
  model,
  models,
  picture,
  second,
  onPicture,
  onSecond,
  onModel,
}: {
  model: OpenModel;
  models: readonly PlaygroundModel[];
  picture: Picture;
  second: Picture | undefined;
  onPicture: (picture: Picture) => void;
  onSecond: (picture: Picture) => void;
  onModel: (id: string) => void;
}) {
  const [error, setError] = useState<string | undefined>();
  const [live, setLive] = useState<(Seen & { readonly perSecond?: number }) | undefined>();
  const ask = useMemo(
    () => async (): Promise<Seen> => {
      const { bitmap } = picture;
      return { ...picture, model, look: await model.client.call("look", { bitmap }) };
    },
    [model, picture],
  );
  const { output, error: lookError } = useLatest(ask);
  const lastFrame = useRef<{ bitmap: ImageBitmap; atMs: number } | undefined>(undefined);
  const onFrame = useCallback(
    async (bitmap: ImageBitmap) => {
      const look = await model.client.call("look", { bitmap });
      const atMs = performance.now();
      const before = lastFrame.current;
      lastFrame.current = { bitmap, atMs };
      const now = before && 1000 / (atMs - before.atMs);
      setLive((shown) => {
        const { perSecond = now } = shown ?? {};
        // a moving average, which can be read
        const next = now && perSecond && 0.9 * perSecond + 0.1 * now;
        return { model, look, bitmap, name: "camera", ...(next && { perSecond: next }) };
      });
      before?.bitmap.close();
    },
    [model],
  );
  const camera = useCamera(onFrame);
  useEffect(() => {
    if (camera.state === "off") lastFrame.current = undefined;
  }, [camera.state]);
  const choose = useCallback(
    (next: Picture) => {
      setError(undefined);
      setLive(undefined);
      camera.stop();
      onPicture(next);
    },
    [camera.stop, onPicture],
  );
  const onFile = useCallback(
    (file: File) => {
      pictureOfFile(file, file.name || "pasted image")
        .then(choose)
        .catch((problem: Error) => setError(problem.message));
    },
    [choose],
  );
  useDroppedPictures(onFile);
  const seen = [live, output].find((one) => one?.model === model);
  const problem = error ?? camera.error ?? lookError;
  const picker = (
    <div className="look-source">
      <PicturePicker
        label="Image"
        onPicture={choose}
        onError={setError}
        caption={seen && <Caption seen={seen} size={model.size} camera={camera.state} />}
        more={
          <button type="button" aria-pressed={camera.state !== "off"} onClick={camera.toggle}>
            {camera.state === "off" ? "Camera" : "Stop the camera"}
          </button>
        }
      >
        {seen && <BitmapView bitmap={seen.bitmap} label={`Image: ${seen.name}`} />}
        <p>Drop an image, paste one, or choose below</p>
      </PicturePicker>
      {problem && <p className="notice bad">{problem}</p>}
    </div>
  );
  return (
    <>
      <LookCard model={model} look={seen?.look} name={seen?.name ?? ""} picker={picker} />
      {model.codebooks.length > 0 && seen && (
        <SwapCard
          model={model}
          first={seen.look}
          firstName={seen.name}
          second={second}
          onSecond={onSecond}
        />
      )}
      {model.generator ? (
        <GenerateCard model={model} onUse={choose} />
      ) : (
        <NoGenerator
          generators={models.filter(({ kind }) => kind === "generator")}
          onModel={onModel}
        />
      )}
    </>
  );
}

/** What the image is, and what was done with it. */
function Caption({
  seen,
  size,
  camera,
}: {
  seen: Seen & { readonly perSecond?: number };
  size: number;
  camera: Camera["state"];
}) {
  const { name, perSecond } = seen;
  const [width, height] = seen.look.original;
  return (
    <>
      {camera === "starting" ? "Waiting for the camera …" : <b>{name}</b>}
      {camera === "on" && perSecond && ` · ${perSecond.toFixed(1)} images a second`} ·{" "}
      {width === size && height === size
        ? `${size} × ${size}`
        : `${width} × ${height}, resized and centre-cropped to ${size} × ${size}`}
    </>
  );
}
