import { useState } from "react";
import { useQueryParameter } from "../data/location.js";
import { useCurves } from "../data/queries.js";
import { Chart } from "./chart.js";

/** The curves of some groups of runs, with the controls that they share. The state is in the URL. */
export function CurveGrid({
  groups,
  labels,
  without,
}: {
  groups: readonly (readonly string[])[];
  labels: readonly string[];
  /** Curves whose names begin so have a place of their own. */
  without?: string;
}) {
  const [scale, setScale] = useQueryParameter("scale", "linear");
  const [axis, setAxis] = useQueryParameter("axis", "step");
  const [smoothing, setSmoothing] = useQueryParameter("smoothing", "0");
  const [words, setWords] = useQueryParameter("curves", "");
  const [range, setRange] = useState<{ from: number; to: number } | undefined>();
  const place = axis === "seconds" ? "seconds" : "step";
  const { data, error } = useCurves({ groups, axis: place, ...range });
  const wanted = words.toLowerCase().split(/\s+/);
  const shown = Object.entries(data ?? {}).filter(
    ([name]) =>
      !(without !== undefined && name.startsWith(without)) &&
      wanted.every((word) => name.toLowerCase().includes(word)),
  );
  return (
    <section style={{ display: "grid", gap: "0.8rem" }}>
      <div className="toolbar">
        <h2 style={{ margin: 0 }}>Curves</h2>
        <input
          type="search"
          placeholder="Filter curves"
          aria-label="Filter curves"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Toggle
          label="log scale"
          on={scale === "log"}
          set={(on) => setScale(on ? "log" : "linear")}
        />
        <Toggle
          label="by time"
          on={axis === "seconds"}
          set={(on) => {
            setAxis(on ? "seconds" : "step");
            setRange(undefined);
          }}
        />
        <label className="inline">
          smoothing
          <input
            type="range"
            min={0}
            max={0.98}
            step={0.02}
            value={smoothing}
            onChange={(event) => setSmoothing(event.target.value)}
          />
        </label>
        {range && (
          <button type="button" onClick={() => setRange(undefined)}>
            Whole range
          </button>
        )}
      </div>
      {error && <p className="notice bad">{error.message}</p>}
      <div className="grid">
        {shown.map(([name, bands]) => (
          <Chart
            key={name}
            name={name}
            bands={bands}
            labels={labels}
            axis={place}
            log={scale === "log"}
            smoothing={Number(smoothing)}
            onZoom={setRange}
          />
        ))}
      </div>
    </section>
  );
}

function Toggle({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <button type="button" aria-pressed={on} onClick={() => set(!on)}>
      {label}
    </button>
  );
}
