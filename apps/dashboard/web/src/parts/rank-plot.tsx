import { useCallback } from "react";
import type { CodebookView } from "../../../server/api-types.js";
import { resolveColour } from "../data/colours.js";
import { Canvas } from "./canvas.js";

const [HEIGHT, LEFT, RIGHT, BOTTOM] = [190, 46, 8, 24] as const;

/** How often each code is chosen, the most chosen first, on a logarithmic scale; dead codes at the end. */
export function RankPlot({ codebook }: { codebook: CodebookView }) {
  const { ranked, size, name, dead } = codebook;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, { width }: { width: number }) => {
      const most = Math.max(1, ranked[0]?.count ?? 1);
      const decades = Math.max(1, Math.ceil(Math.log10(most)));
      const y = (count: number) =>
        HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 8) * Math.log10(Math.max(1, count))) / decades;
      const x = (rank: number) => LEFT + ((width - LEFT - RIGHT) * rank) / size;
      context.clearRect(0, 0, width, HEIGHT);
      context.font = "11px system-ui";
      context.fillStyle = resolveColour("--muted");
      context.strokeStyle = resolveColour("--line");
      context.textAlign = "right";
      for (let decade = 0; decade <= decades; decade++) {
        const at = y(10 ** decade);
        context.beginPath();
        context.moveTo(LEFT, at);
        context.lineTo(width - RIGHT, at);
        context.stroke();
        context.fillText((10 ** decade).toLocaleString("en"), LEFT - 6, at + 4);
      }
      context.textAlign = "left";
      context.fillText("codes, most chosen first", LEFT, HEIGHT - 6);
      context.textAlign = "right";
      context.fillText(size.toLocaleString("en"), width - RIGHT, HEIGHT - 6);
      context.fillStyle = resolveColour("--accent");
      const bar = Math.max(1, (width - LEFT - RIGHT) / size);
      ranked.forEach(({ count }, rank) => {
        if (count > 0) context.fillRect(x(rank), y(count), bar, HEIGHT - BOTTOM - y(count));
      });
      if (dead > 0) {
        context.fillStyle = resolveColour("--bad");
        context.fillRect(x(size - dead), HEIGHT - BOTTOM - 3, x(size) - x(size - dead), 3);
      }
    },
    [ranked, size, dead],
  );
  const share = ((100 * (size - dead)) / size).toFixed(1);
  return (
    <Canvas
      label={`${name}: counts by rank; ${share} % of ${size} codes are chosen, ${dead} never`}
      height={HEIGHT}
      draw={draw}
    />
  );
}
