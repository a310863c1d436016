import { createTsne, TSNE_ITERATIONS } from "@fqgan/metrics/browser";
import { useEffect, useMemo, useRef } from "react";
import { categoryColour } from "../data/colours.js";

const SIZE = 360;
const PER_FRAME = 5;

/** Mean code vectors of test images in the plane, coloured by class, drawn while they find their places. */
export function TsnePanel({
  name,
  points,
  labels,
}: {
  name: string;
  points: readonly (readonly number[])[];
  labels: readonly number[];
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const tsne = useMemo(() => (points.length > 3 ? createTsne(points) : undefined), [points]);
  useEffect(() => {
    if (!tsne) return;
    const context = canvas.current!.getContext("2d")!;
    let frame = 0;
    const draw = () => {
      for (let i = 0; i < PER_FRAME && tsne.iteration < TSNE_ITERATIONS; i++) tsne.step();
      const reach = 1.05 * Math.max(...tsne.places.map(Math.abs), 1e-9);
      const place = (value: number) => (SIZE / 2) * (1 + value / reach);
      context.clearRect(0, 0, SIZE, SIZE);
      labels.forEach((label, i) => {
        context.fillStyle = categoryColour(label);
        context.beginPath();
        context.arc(
          place(tsne.places[2 * i]!),
          place(tsne.places[2 * i + 1]!),
          3.2,
          0,
          2 * Math.PI,
        );
        context.fill();
      });
      if (tsne.iteration < TSNE_ITERATIONS) frame = requestAnimationFrame(draw);
      else canvas.current?.setAttribute("data-finished", "true");
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [tsne, labels]);
  return (
    <figure className="media">
      <canvas
        ref={canvas}
        className="tsne"
        width={SIZE}
        height={SIZE}
        role="img"
        aria-label={`${name}: t-SNE of ${points.length} images, coloured by class`}
      />
      <figcaption>{name}</figcaption>
    </figure>
  );
}
