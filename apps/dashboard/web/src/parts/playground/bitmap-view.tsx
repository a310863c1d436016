import { useLayoutEffect, useRef } from "react";

/** Longer side on the page, in its pixels; more is not seen. */
const MOST = 640;

/** An image as it was chosen, what the model doesn't see of it darkened. */
export function BitmapView({ bitmap, label }: { bitmap: ImageBitmap; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = bitmap;
  const scale = Math.min(1, MOST / Math.max(width, height));
  // Before anything can close the bitmap, so not after the paint.
  useLayoutEffect(() => {
    const { width: across, height: down } = canvas.current!;
    const context = canvas.current!.getContext("2d")!;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, across, down);
    context.drawImage(bitmap, 0, 0, across, down);
  }, [bitmap]);
  const side = Math.min(width, height);
  const [x, y] = [(width - side) / 2, (height - side) / 2];
  return (
    <div className="bitmap" style={{ aspectRatio: `${width} / ${height}` }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        width={Math.max(1, Math.round(width * scale))}
        height={Math.max(1, Math.round(height * scale))}
      />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        <path
          fillRule="evenodd"
          d={`M0 0H${width}V${height}H0Z M${x} ${y}h${side}v${side}h${-side}Z`}
        />
      </svg>
    </div>
  );
}
