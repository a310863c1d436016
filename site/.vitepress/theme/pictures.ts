/**
 * What a factorized tokenizer does, in one row: squares cut out of the pictures that the repository has of its own
 * models (docs/images). Nothing is drawn for the site.
 */
import { withBase } from "vitepress";
import { h } from "vue";

interface Cut {
  readonly picture: string;
  /** Of the whole picture, in its pixels. */
  readonly sides: readonly [number, number];
  /** Left, top, width and height of what is shown. */
  readonly window: readonly [number, number, number, number];
  readonly caption: string;
  readonly pixelated?: boolean;
}

const photographs = {
  picture: "/media/docs/images/default-tokenizer.png",
  sides: [1048, 605],
} as const;

const cuts: readonly Cut[] = [
  { ...photographs, window: [4, 337, 256, 192], caption: "a photograph" },
  { ...photographs, window: [264, 337, 256, 192], caption: "what its codes draw" },
  { ...photographs, window: [524, 337, 256, 192], caption: "the visual codes alone" },
  { ...photographs, window: [784, 337, 256, 192], caption: "the semantic codes alone" },
];

/** As a background, so that a part fills its frame at any width. */
function frame({ picture, sides, window, pixelated }: Cut) {
  const [width, height] = sides;
  const [left, top, shownWidth, shownHeight] = window;
  const share = (at: number, shown: number, whole: number) => `${(100 * at) / (whole - shown)}%`;
  return {
    aspectRatio: `${shownWidth} / ${shownHeight}`,
    backgroundImage: `url(${withBase(picture)})`,
    backgroundSize: `${(100 * width) / shownWidth}% ${(100 * height) / shownHeight}%`,
    backgroundPosition: `${share(left, shownWidth, width)} ${share(top, shownHeight, height)}`,
    ...(pixelated && { imageRendering: "pixelated" as const }),
  };
}

export const Pictures = () =>
  h(
    "div",
    { class: "pictures" },
    cuts.map((cut) =>
      h("figure", [
        h("div", { class: "picture", role: "img", "aria-label": cut.caption, style: frame(cut) }),
        h("figcaption", cut.caption),
      ]),
    ),
  );
