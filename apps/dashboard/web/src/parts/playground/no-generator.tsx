import type { PlaygroundModel } from "../../../../server/api-types.js";

/** In place of drawing, where the open model is a tokenizer alone. */
export function NoGenerator({
  generators,
  onModel,
}: {
  generators: readonly PlaygroundModel[];
  onModel: (id: string) => void;
}) {
  return (
    <section className="card" aria-label="Generate">
      <h2>Draw a picture of a class</h2>
      {generators.length > 0 ? (
        <div className="toolbar">
          <span className="count">This needs a generator:</span>
          {generators.slice(0, 5).map(({ id, label, note }) => (
            <button type="button" key={id} title={note} onClick={() => onModel(id)}>
              {label}
            </button>
          ))}
        </div>
      ) : (
        <p className="count">
          This needs a generator; <code>fqgan train generator</code> makes one from a tokenizer run.
        </p>
      )}
    </section>
  );
}
