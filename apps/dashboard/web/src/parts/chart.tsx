import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { Band } from "../../../server/api-types.js";
import { groupColour, resolveColour, withAlpha } from "../data/colours.js";
import { formatNumber } from "../data/format.js";
import { smooth } from "../data/smooth.js";

export interface ChartProps {
  readonly name: string;
  /** How its values are written; default: as plain numbers. */
  readonly format?: (value: number | null | undefined) => string;
  /** One line with its band a group; the place is the group's colour. */
  readonly bands: readonly Band[];
  readonly labels: readonly string[];
  readonly axis: "step" | "seconds";
  readonly log?: boolean;
  /** Share of the past in a smoothed value, from 0 to below 1. */
  readonly smoothing?: number;
  /** Asked for when a range is dragged over; undefined for the whole. */
  readonly onZoom?: (range: { from: number; to: number } | undefined) => void;
}

const HEIGHT = 180;

const lastOf = (values: readonly (number | null | undefined)[]) =>
  values.findLast((value) => value !== null && value !== undefined);

/** x, then mean, low and high of every group, over the places of all groups. */
function tableOf(bands: readonly Band[], smoothing: number): uPlot.AlignedData {
  const tables = bands.map(
    ({ x, mean, low, high }) =>
      [x, smooth(mean, smoothing), low, high] as unknown as uPlot.AlignedData,
  );
  return tables.length > 0 ? uPlot.join(tables) : [[]];
}

/** Curves over training; drag to look closer, double-click for the whole. */
export function Chart(props: ChartProps) {
  const { name, bands, labels, axis, log = false, smoothing = 0, onZoom } = props;
  const { format = formatNumber } = props;
  const frame = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const positive = bands.every(({ low }) => low.every((value) => value === null || value > 0));
  const usesLog = log && positive;
  const data = tableOf(bands, smoothing);
  const last = labels.map((_, i) => format(lastOf(bands[i]?.mean ?? []))).join(" · ");

  // biome-ignore lint/correctness/useExhaustiveDependencies: data goes through setData below
  useEffect(() => {
    const element = frame.current!;
    const draw = () => {
      plot.current?.destroy();
      const line = {
        stroke: resolveColour("--muted"),
        grid: { stroke: resolveColour("--line"), width: 1 },
        ticks: { show: false },
        font: "11px system-ui",
      };
      const written = (write: (value: number) => string) => (_: uPlot, ticks: number[]) =>
        ticks.map((tick) => (tick === null ? "" : write(tick)));
      const groups = bands.map((_, group) => resolveColour(groupColour(group)));
      const hidden = { stroke: "transparent", width: 0, points: { show: false }, spanGaps: true };
      plot.current = new uPlot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          scales: { x: { time: false }, y: usesLog ? { distr: 3 } : {} },
          axes: [
            { ...line, size: 26, values: written(formatNumber) },
            { ...line, size: 54, values: written(format) },
          ],
          series: [
            {},
            ...groups.flatMap((stroke) => [
              { stroke, width: 1.6, points: { show: false }, spanGaps: true },
              hidden,
              hidden,
            ]),
          ],
          bands: groups.map((stroke, group) => ({
            series: [3 * group + 3, 3 * group + 2],
            fill: withAlpha(stroke, 0.16),
          })),
          cursor: { y: false, points: { size: 6 }, drag: { x: true, setScale: false } },
          hooks: {
            setSelect: [
              (u) => {
                if (u.select.width < 4) return;
                const from = u.posToVal(u.select.left, "x");
                const to = u.posToVal(u.select.left + u.select.width, "x");
                u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
                zoom.current?.({ from, to });
              },
            ],
            setCursor: [
              (u) => {
                const index = u.cursor.idx;
                if (!readout.current) return;
                const at = (group: number) =>
                  index === null || index === undefined
                    ? lastOf(u.data[3 * group + 1] as (number | null)[])
                    : u.data[3 * group + 1]![index];
                const values = bands.map((_, group) => format(at(group))).join(" · ");
                const place =
                  index === null || index === undefined
                    ? ""
                    : `${axis === "step" ? "step" : "s"} ${formatNumber(u.data[0][index])}: `;
                readout.current.textContent = place + values;
              },
            ],
          },
        },
        data,
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const reset = () => zoom.current?.(undefined);
    element.addEventListener("dblclick", reset);
    return () => {
      element.removeEventListener("dblclick", reset);
      resized.disconnect();
      themed.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [usesLog, bands.length, axis]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the table follows from these
  useEffect(() => {
    plot.current?.setData(data);
  }, [bands, smoothing]);

  return (
    <section className="card chart" aria-label={`${name}: last value ${last}`}>
      <h3>
        {name} <span ref={readout}>{last}</span>
      </h3>
      <div ref={frame} />
    </section>
  );
}
