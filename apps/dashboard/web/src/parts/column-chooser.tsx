/** Which results are columns. */
export function ColumnChooser({
  known,
  chosen,
  onChoose,
}: {
  known: readonly string[];
  chosen: readonly string[];
  onChoose: (names: readonly string[]) => void;
}) {
  return (
    <details className="chooser">
      <summary>Columns</summary>
      <fieldset>
        <legend className="unseen">Results to show</legend>
        {known.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={({ target }) =>
                onChoose(
                  target.checked ? [...chosen, name] : chosen.filter((other) => other !== name),
                )
              }
            />{" "}
            {name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
