import { type PointerEvent, useEffect, useRef, useState } from "react";

export interface CanvasProps {
  readonly label: string;
  readonly height: number;
  /** Draws everything, in CSS pixels. Called again when this function is another, or the theme changes. */
  readonly draw: (
    context: CanvasRenderingContext2D,
    size: { width: number; height: number },
  ) => void;
  /** Where the pointer is, as shares of width and height; undefined when it has left. */
  readonly onPoint?: (at: { x: number; y: number } | undefined) => void;
  readonly className?: string;
}

/** A drawing with a text for who can't see it, sharp on every screen, as wide as its place. */
export function Canvas({ label, height, draw, onPoint, className }: CanvasProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const canvas = element.current!;
    const resized = new ResizeObserver(() => setWidth(canvas.clientWidth));
    resized.observe(canvas);
    return () => resized.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    const canvas = element.current!;
    const paint = () => {
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      const context = canvas.getContext("2d")!;
      context.scale(ratio, ratio);
      draw(context, { width, height });
    };
    paint();
    const themed = new MutationObserver(paint);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => themed.disconnect();
  }, [draw, width, height]);
  const point = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onPoint?.({
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
    });
  };
  return (
    <canvas
      ref={element}
      role="img"
      aria-label={label}
      className={className}
      style={{ display: "block", width: "100%", height }}
      onPointerMove={onPoint && point}
      onPointerLeave={onPoint && (() => onPoint(undefined))}
    />
  );
}
