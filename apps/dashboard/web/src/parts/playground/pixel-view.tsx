import { type ReactNode, useEffect, useRef } from "react";
import type { Pixels } from "../../playground/protocol.js";

/** A small picture, pixels as they are, and what lies over it. */
export function PixelView({
  pixels,
  label,
  children,
}: {
  pixels: Pixels;
  label: string;
  children?: ReactNode;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current!.getContext("2d")!.putImageData(toImageData(pixels), 0, 0);
  }, [pixels]);
  return (
    <div className="pixels">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        width={pixels.width}
        height={pixels.height}
      />
      {children}
    </div>
  );
}

export function toImageData({ width, height, data }: Pixels): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  return image;
}
