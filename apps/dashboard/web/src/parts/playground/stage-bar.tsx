import { groupColour } from "../../data/colours.js";
import type { Stage } from "../../playground/protocol.js";

/** What each part of the model took, as shares of a bar. */
export function StageBar({ stages, where }: { stages: readonly Stage[]; where: string }) {
  const total = stages.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <div className="stages">
      <div className="bar" aria-hidden="true">
        {stages.map(({ name, ms }, i) => (
          <span
            key={name}
            style={{ flexGrow: Math.max(ms, total / 200), background: `var(${groupColour(i)})` }}
          />
        ))}
      </div>
      <ul className="legend">
        {stages.map(({ name, ms }, i) => (
          <li key={name}>
            <span className="dot" style={{ background: `var(${groupColour(i)})` }} /> {name}{" "}
            {formatMs(ms)}
          </li>
        ))}
        <li>
          <b>{formatMs(total)}</b> on {where}
        </li>
      </ul>
    </div>
  );
}

export const formatMs = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms >= 100 ? Math.round(ms) : ms.toFixed(1)} ms`;
