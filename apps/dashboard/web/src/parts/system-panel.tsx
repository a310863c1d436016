import { formatBytes, formatNumber } from "../data/format.js";
import { useQueryParameter } from "../data/location.js";
import { useCurves } from "../data/queries.js";
import { Chart } from "./chart.js";

export const SYSTEM = "system/";

/** What a row says of the process that trains, in words. */
const KNOWN: Readonly<
  Record<string, { title: string; format: (value: number | null | undefined) => string }>
> = {
  stepsPerSecond: { title: "steps a second", format: formatNumber },
  imagesPerSecond: { title: "images a second", format: formatNumber },
  cores: { title: "processors busy", format: formatNumber },
  residentBytes: { title: "memory", format: formatBytes },
};

/** How fast a run goes and what it takes of the machine. */
export function SystemPanel({ run, label }: { run: string; label: string }) {
  const [axis] = useQueryParameter("axis", "step");
  const place = axis === "seconds" ? "seconds" : "step";
  const { data } = useCurves({ groups: [[run]], axis: place });
  const names = Object.keys(data ?? {}).filter((name) => name.startsWith(SYSTEM));
  const order = Object.keys(KNOWN);
  const rank = (name: string) => (order.indexOf(name.slice(SYSTEM.length)) + 99) % 99;
  if (names.length === 0) return null;
  return (
    <section style={{ display: "grid", gap: "0.8rem" }} aria-label="System">
      <h2 style={{ margin: 0 }}>System</h2>
      <div className="grid">
        {names
          .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
          .map((name) => {
            const { title, format } = KNOWN[name.slice(SYSTEM.length)] ?? {
              title: name,
              format: formatNumber,
            };
            return (
              <Chart
                key={name}
                name={title}
                format={format}
                bands={data![name]!}
                labels={[label]}
                axis={place}
              />
            );
          })}
      </div>
    </section>
  );
}
