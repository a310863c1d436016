import type { SweepContrasts } from "../../../server/api-types.js";
import { CopyButton } from "./copy-button.js";
import { Scroll } from "./scroll.js";

type Row = SweepContrasts["rows"][number];

const COLOURS: Readonly<Record<Row["verdict"], string>> = {
  supported: "var(--good)",
  opposite: "var(--bad)",
  "not supported": "var(--warn)",
  "not resolvable": "var(--muted)",
  "not run": "var(--muted)",
};

/** Smallest effects that the axis of intervals shows on either side, at most; what lies outside ends in an arrow. */
const FAR = 6;
const [WIDTH, HEIGHT] = [180, 20] as const;

/** What a sweep set out to show: an interval and a verdict a row. */
export function Contrasts({ contrasts }: { contrasts: SweepContrasts }) {
  const { caption, head, rows, latex, csv } = contrasts;
  const ends = rows.flatMap(({ effect }) => (effect ? [effect.low, effect.high] : []));
  const low = Math.max(-FAR, Math.min(-1.5, ...ends));
  const high = Math.min(FAR, Math.max(2, ...ends));
  return (
    <section style={{ display: "grid", gap: "0.5rem" }}>
      <div className="toolbar">
        <h2 style={{ margin: 0, marginRight: "auto" }}>Contrasts</h2>
        <CopyButton label="Copy LaTeX" text={latex} />
        <CopyButton label="Copy CSV" text={csv} />
      </div>
      <Scroll label="Contrasts">
        <table>
          <caption>
            {caption}; the bar is the improvement with its 95 % interval, the full line no
            difference, the dashed one the smallest effect that matters
          </caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">Contrast</span>
              </th>
              <th scope="col">verdict</th>
              <th scope="col">
                <span className="unseen">Interval</span>
              </th>
              {head.slice(0, -1).map((title) => (
                <th className="number" scope="col" key={title}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.label}>
                <td
                  title={row.claim}
                  style={{ whiteSpace: "normal", minWidth: "min(24rem, 40vw)" }}
                >
                  {row.label.replaceAll(" × ", "\u00a0×\u00a0")}
                </td>
                <td style={{ color: COLOURS[row.verdict] }}>{row.cells.at(-1)}</td>
                <td>{row.effect && <Interval row={row} low={low} high={high} />}</td>
                {row.cells.slice(0, -1).map((text, index) => (
                  <td className="number" key={head[index]}>
                    {text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Interval({ row, low, high }: { row: Row; low: number; high: number }) {
  const effect = row.effect!;
  const at = (value: number) =>
    4 + ((WIDTH - 8) * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
  const words = [effect.low, effect.mean, effect.high].map((value) => value.toFixed(2));
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`${words[1]} smallest effects, from ${words[0]} to ${words[2]}`}
      style={{ display: "block" }}
    >
      <line x1={at(0)} x2={at(0)} y1={0} y2={HEIGHT} stroke="var(--muted)" />
      <line x1={at(1)} x2={at(1)} y1={0} y2={HEIGHT} stroke="var(--good)" strokeDasharray="3 3" />
      <line
        x1={at(effect.low)}
        x2={at(effect.high)}
        y1={HEIGHT / 2}
        y2={HEIGHT / 2}
        stroke={COLOURS[row.verdict]}
        strokeWidth={2}
      />
      {effect.low < low && <path d={`M0 ${HEIGHT / 2}l6 -4v8z`} fill={COLOURS[row.verdict]} />}
      {effect.high > high && (
        <path d={`M${WIDTH} ${HEIGHT / 2}l-6 -4v8z`} fill={COLOURS[row.verdict]} />
      )}
      {effect.mean >= low && effect.mean <= high && (
        <circle cx={at(effect.mean)} cy={HEIGHT / 2} r={4} fill={COLOURS[row.verdict]} />
      )}
    </svg>
  );
}
