import type { PlaygroundModel } from "../../../../server/api-types.js";
import { type Compute, whyOneThread } from "../../playground/compute.js";
import type { Progress } from "../../playground/protocol.js";
import type { Opening } from "../../playground/use-model.js";

const KINDS = [
  { kind: "tokenizer", label: "Tokenizers" },
  { kind: "generator", label: "Generators, with their tokenizers" },
] as const;

/** Which model, what computes, and how far opening it is. */
export function ModelBar({
  models,
  model,
  onModel,
  computes,
  compute,
  onCompute,
  opening,
}: {
  models: readonly PlaygroundModel[];
  model: PlaygroundModel;
  onModel: (id: string) => void;
  computes: readonly Compute[];
  compute: Compute;
  onCompute: (id: string) => void;
  opening: Opening;
}) {
  return (
    <section className="card model-bar" aria-label="Model">
      <div className="toolbar">
        <label className="field">
          <span>Model</span>
          <select value={model.id} onChange={(event) => onModel(event.target.value)}>
            {KINDS.map(({ kind, label }) => {
              const some = models.filter((other) => other.kind === kind);
              return (
                some.length > 0 && (
                  <optgroup key={kind} label={label}>
                    {some.map(({ id, label: name, note }) => (
                      <option key={id} value={id}>
                        {name} ({note})
                      </option>
                    ))}
                  </optgroup>
                )
              );
            })}
          </select>
        </label>
        <label className="field">
          <span>Computed by</span>
          <select value={compute.id} onChange={(event) => onCompute(event.target.value)}>
            {computes.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <OpeningState opening={opening} />
      </div>
      {whyOneThread && <p className="count">{whyOneThread}</p>}
    </section>
  );
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function OpeningState({ opening }: { opening: Opening }) {
  if (opening.state === "failed") return <p className="notice bad">{opening.message}</p>;
  if (opening.state === "opening") return <ProgressState progress={opening.progress} />;
  const { bytes, size, seconds } = opening.model;
  return (
    <p className="count" role="status">
      Ready: {size} × {size} pixels, {megabytes(bytes)}, opened in {seconds.toFixed(1)} s
    </p>
  );
}

function ProgressState({ progress }: { progress: Progress }) {
  if (progress.step === "loading")
    return (
      <div className="loading">
        <progress value={progress.loaded} max={progress.total} aria-label="Loading the model" />
        <span className="count">
          Loading the model and ONNX Runtime: {megabytes(progress.loaded)} of{" "}
          {megabytes(progress.total)}
        </span>
      </div>
    );
  return (
    <div className="loading">
      <progress aria-label="Opening the model" />
      <span className="count" role="status">
        {progress.step === "waiting"
          ? "Waiting for the model; the first time, the server writes it as ONNX …"
          : "Starting …"}
      </span>
    </div>
  );
}
