import { useEffect, useState } from "react";
import type { PlaygroundModel, PlaygroundModels } from "../../../server/api-types.js";
import { useQueryParameter } from "../data/location.js";
import { ModelBar } from "../parts/playground/model-bar.js";
import { Workbench } from "../parts/playground/workbench.js";
import { useComputes } from "../playground/compute.js";
import { type Picture, pictureOfSample } from "../playground/picture.js";
import { SAMPLES } from "../playground/samples.js";
import { useModel } from "../playground/use-model.js";

/** Images through a tokenizer and a generator, all of it computed in this browser. */
export function PlaygroundPage({ list }: { list: PlaygroundModels }) {
  const [modelId, setModelId] = useQueryParameter("model", list.models[0]!.id);
  // An address may name what is not finished or gone: opening it says so.
  const isListed = list.models.some(({ id }) => id === modelId);
  const models = isListed ? list.models : [unlisted(modelId), ...list.models];
  const chosen = models.find(({ id }) => id === modelId)!;
  const computes = useComputes();
  const [computeId, setComputeId] = useQueryParameter("compute", "");
  const compute = computes.find(({ id }) => id === computeId) ?? computes[0]!;
  const opening = useModel(chosen.id, compute);
  const model = opening.state === "open" ? opening.model : undefined;
  const [picture, setPicture] = useState<Picture | undefined>();
  const [second, setSecond] = useState<Picture | undefined>();
  useEffect(() => {
    pictureOfSample(SAMPLES[0]!).then((sample) => setPicture((own) => own ?? sample));
    pictureOfSample(SAMPLES[1]!).then((sample) => setSecond((own) => own ?? sample));
  }, []);
  return (
    <>
      <div className="heading">
        <h1>Playground</h1>
        <span className="sub">
          The model runs in this browser: images and the camera's frames don't leave it.
        </span>
      </div>
      <ModelBar
        {...{ models, computes, compute, opening }}
        model={chosen}
        onModel={setModelId}
        onCompute={setComputeId}
      />
      {model && picture && (
        <Workbench
          {...{ model, models, picture, second }}
          onPicture={setPicture}
          onSecond={setSecond}
          onModel={setModelId}
        />
      )}
    </>
  );
}

const unlisted = (id: string): PlaygroundModel => ({
  id,
  label: id,
  kind: "tokenizer",
  note: "not listed",
});
