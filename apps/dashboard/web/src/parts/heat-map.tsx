import { useCallback, useState } from "react";
import type { CodebookView } from "../../../server/api-types.js";
import { viridis } from "../data/colours.js";
import { Canvas } from "./canvas.js";

const HEIGHT = 190;

/** Share of each code over training: a row a code (the most chosen at the top), a column a validation. */
export function HeatMap({ codebook }: { codebook: CodebookView }) {
  const { heat, size, name } = codebook;
  const [under, setUnder] = useState<string | undefined>();
  const rows = heat[0]?.shares.length ?? 0;
  const codesPerRow = size / Math.max(1, rows);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, { width, height }: { width: number; height: number }) => {
      if (heat.length === 0) return;
      const most = 4 * codesPerRow;
      const picture = new ImageData(heat.length, rows);
      heat.forEach(({ shares }, column) => {
        shares.forEach((share, row) => {
          // Colour by the share against an even use, on a logarithmic scale: a quarter … four times.
          const relative = (share * size) / most;
          const brightness = share > 0 ? Math.max(0.06, 1 + Math.log(relative) / Math.log(16)) : 0;
          picture.data.set([...viridis(brightness), 255], 4 * (row * heat.length + column));
        });
      });
      const small = new OffscreenCanvas(heat.length, rows);
      small.getContext("2d")!.putImageData(picture, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, 0, 0, width, height);
    },
    [heat, rows, size, codesPerRow],
  );
  if (heat.length === 0)
    return (
      <p className="count">No validation was recorded, so there is no course over training.</p>
    );
  const describe = (at: { x: number; y: number } | undefined) => {
    if (!at) return setUnder(undefined);
    const step = heat[Math.min(heat.length - 1, Math.floor(at.x * heat.length))]!;
    const row = Math.min(rows - 1, Math.max(0, Math.floor(at.y * rows)));
    const { code } = codebook.ranked[Math.floor(row * codesPerRow)]!;
    const times = (step.shares[row]! * size) / codesPerRow;
    const which =
      codesPerRow > 1 ? `codes of ranks ${Math.floor(row * codesPerRow)} …` : `code ${code}`;
    setUnder(`step ${step.step}, ${which}: ${times.toFixed(2)} × an even share`);
  };
  return (
    <>
      <Canvas
        label={`${name}: share of each code over ${heat.length} validations`}
        height={HEIGHT}
        draw={draw}
        onPoint={describe}
        className="rounded"
      />
      <p className="count">
        {under ??
          `step ${heat[0]!.step} → ${heat.at(-1)!.step}; dark: never chosen, bright: four times an even share`}
      </p>
    </>
  );
}
