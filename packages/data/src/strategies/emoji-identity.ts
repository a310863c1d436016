/**
 * Which emoji are drawings of the same thing. A person exists in up to three genders, six skin tones,
 * several hair styles and two directions: 90 nearly equal pictures. A split that lets some into training
 * and others into the test measures memory, so a whole identity goes to one split.
 */

const SKIN_TONES = ["1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"];
const HAIR = ["1F9B0", "1F9B1", "1F9B2", "1F9B3"];
/** Joiner, presentation selector, the gender signs. */
const SIGNS = ["200D", "FE0F", "2640", "2642"];
/** Arrows that turn a drawing when they follow another character; alone they are emoji themselves. */
const DIRECTIONS = ["27A1", "2194", "2195"];

/** Code points that draw the same figure, by the name of the figure. */
const FIGURES: Readonly<Record<string, readonly string[]>> = {
  person: ["1F468", "1F469", "1F9D1", "1F471", "1F9D4"],
  child: ["1F466", "1F467", "1F9D2"],
  elder: ["1F474", "1F475", "1F9D3"],
  royal: ["1F478", "1F934", "1FAC5"],
  pregnant: ["1F930", "1FAC3", "1FAC4"],
  christmas: ["1F385", "1F936"],
  "pointing hand": ["1F446", "1F447", "1F448", "1F449"],
  "sideways hand": ["1FAF1", "1FAF2"],
  "pushing hand": ["1FAF7", "1FAF8"],
};
const FIGURE_OF = new Map(
  Object.entries(FIGURES).flatMap(([figure, points]) => points.map((point) => [point, figure])),
);

/** Emoji whose unified key or subcategory says that several people are drawn together. */
const TOGETHER = /^(1F46A|1F9D1-200D(-1F9D1-200D)?-1F9D2.*)$/;

export interface EmojiEntry {
  /** Unicode key without skin tones: "1F468-200D-1F33E". */
  readonly unified: string;
  readonly subcategory: string;
}

/** The identity of an emoji: skin tone, gender, hair and direction stripped, families and couples one. */
export function emojiIdentity({ unified, subcategory }: EmojiEntry): string {
  if (subcategory === "family" || TOGETHER.test(unified)) return "people together";
  const strip = new Set([...SKIN_TONES, ...HAIR, ...SIGNS]);
  const parts = unified
    .split("-")
    .filter((point, i) => !strip.has(point) && !(i > 0 && DIRECTIONS.includes(point)))
    .map((point) => FIGURE_OF.get(point) ?? point);
  return parts.join("-") === "person-1F384" ? "christmas" : parts.join("-");
}
