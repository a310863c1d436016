import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { Curve } from "../../../server/api-types.js";
import { formatNumber } from "../data/format.js";

const css = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Resolves light-dark() colours, which a canvas cannot read from a custom property. */
function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved || css(name);
}

const lastOf = (values: readonly (number | null)[]) => values.findLast((value) => value !== null);

/** One curve over training steps; the value under the cursor stands in the heading. */
export function Chart({ name, curve, log }: { name: string; curve: Curve; log: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const plot = useRef<uPlot | null>(null);
  const last = lastOf(curve.value);
  const usesLog = log && curve.value.every((value) => value === null || value > 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: data goes through setData below
  useEffect(() => {
    const element = frame.current!;
    const draw = () => {
      plot.current?.destroy();
      const axis = {
        stroke: colour("--muted"),
        grid: { stroke: colour("--line"), width: 1 },
        ticks: { show: false },
        font: "11px system-ui",
      };
      plot.current = new uPlot(
        {
          width: element.clientWidth,
          height: 170,
          scales: { x: { time: false }, y: usesLog ? { distr: 3 } : {} },
          axes: [
            { ...axis, size: 26 },
            {
              ...axis,
              size: 52,
              values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : formatNumber(tick))),
            },
          ],
          series: [
            {},
            { stroke: colour("--accent"), width: 1.6, points: { show: false }, spanGaps: true },
          ],
          cursor: { y: false, points: { size: 6 } },
          hooks: {
            setCursor: [
              (u) => {
                const index = u.cursor.idx;
                if (!readout.current) return;
                readout.current.textContent =
                  index === null || index === undefined
                    ? formatNumber(lastOf(u.data[1] as (number | null)[]))
                    : `step ${formatNumber(u.data[0][index])}: ${formatNumber(u.data[1]![index])}`;
              },
            ],
          },
        },
        [curve.step as number[], curve.value as (number | null)[]],
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: 170 }),
    );
    resized.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [usesLog]);

  useEffect(() => {
    plot.current?.setData([curve.step as number[], curve.value as (number | null)[]]);
  }, [curve]);

  return (
    <section className="card chart" aria-label={`${name}: last value ${formatNumber(last)}`}>
      <h3>
        {name} <span ref={readout}>{formatNumber(last)}</span>
      </h3>
      <div ref={frame} />
    </section>
  );
}
