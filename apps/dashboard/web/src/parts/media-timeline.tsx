import { useState } from "react";
import type { MediaItem } from "../../../server/api-types.js";
import { mediaUrl } from "../data/source.js";
import { Picture } from "./picture.js";

/** The pictures of one kind over training, with a slider over steps. */
export function MediaTimeline({ run, items }: { run: string; items: readonly MediaItem[] }) {
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const index = Math.min(chosen ?? items.length - 1, items.length - 1);
  const item = items[index];
  if (!item) return null;
  return (
    <section className="card">
      <h2>{item.kind}</h2>
      <figure className="media">
        <Picture
          source={mediaUrl(run, item.file)}
          alt={`${item.kind} at step ${item.step}: ${item.caption}`}
        />
        <figcaption>
          Step {item.step.toLocaleString("en")}
          {item.caption ? ` · ${item.caption}` : ""}
        </figcaption>
      </figure>
      {items.length > 1 && (
        <input
          type="range"
          style={{ width: "100%" }}
          min={0}
          max={items.length - 1}
          value={index}
          aria-label={`${item.kind}: training step`}
          onChange={(event) => setChosen(Number(event.target.value))}
        />
      )}
    </section>
  );
}
