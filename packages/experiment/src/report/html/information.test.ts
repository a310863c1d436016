import { expect, it } from "vitest";
import type { MediaRow, RunConfig } from "../../schema/run-format.js";
import { information } from "./information.js";

const config = { label: "far <mini>" } as RunConfig;
const map = (kind: string, caption: string, codebook?: string): MediaRow => ({
  step: 1,
  time: 0,
  kind,
  caption,
  file: `media/${caption}.png`,
  width: 8,
  height: 8,
  columns: 1,
  rows: 1,
  ...(codebook !== undefined && { codebook }),
});

it("shows the last map of every later codebook, and nothing where there is none", () => {
  expect(information([{ folder: "/none", config, media: [map("samples", "s")] }])).toBe("");
  const media = [map("information", "old", "semantic"), map("information", "new", "semantic")];
  const html = information([{ folder: "/none", config, media }]);
  expect(html).toContain("far &lt;mini&gt;");
  expect(html).toContain("new");
  expect(html).not.toContain("old");
});
