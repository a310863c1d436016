/**
 * Which emoji are drawings of the same thing. A person exists in up to three genders, six skin tones,
 * several hair styles and two directions: 90 nearly equal pictures. A split that lets some into training
 * and others into the test measures memory, so a whole identity goes to one split.
 */

const SKIN_TONES = ["1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"];
const HAIR = ["1F9B0", "1F9B1", "1F9B2", "1F9B3"];
/** Joiner, presentation selector, the gender signs. */
const SIGNS = ["200D", "FE0F", "2640", "2642"];
const STRIPPED = new Set([...SKIN_TONES, ...HAIR, ...SIGNS]);
/** Arrows that turn a drawing when they follow another character; alone they are emoji themselves. */
const DIRECTIONS = ["27A1", "2194", "2195"];

/** Code points that draw the same figure, wherever they stand: a woman farmer is a person farmer. */
const FIGURES: Readonly<Record<string, readonly string[]>> = {
  person: ["1F468", "1F469", "1F9D1", "1F471", "1F9D4"],
  child: ["1F466", "1F467", "1F9D2"],
  elder: ["1F474", "1F475", "1F9D3"],
  royal: ["1F478", "1F934", "1FAC5"],
  pregnant: ["1F930", "1FAC3", "1FAC4"],
};

/** Whole emoji that differ in a digit, a colour, a hand of the clock or the side they point to. */
const SERIES: Readonly<Record<string, readonly (string | readonly [from: string, to: string])[]>> =
  {
    christmas: ["1F385", "1F936", "person-1F384"],
    feeding: ["1F931", "person-1F37C"],
    "pointing hand": [["1F446", "1F449"]],
    "sideways hand": ["1FAF1", "1FAF2"],
    "pushing hand": ["1FAF7", "1FAF8"],
    "raised fingers": ["261D", "270C", "1F91E"],
    "sideways fist": ["1F91B", "1F91C"],
    clock: [["1F550", "1F567"]],
    moon: [["1F311", "1F318"]],
    cloud: ["2601", "26C5", "26C8", ["1F324", "1F32B"]],
    snowman: ["26C4", "2603"],
    imp: ["1F47F", "1F608"],
    restroom: ["1F6B9", "1F6BA"],
    circle: ["1F534", "1F535", "26AA", "26AB", ["1F7E0", "1F7E4"]],
    square: ["25AA", "25AB", ["25FB", "25FE"], "2B1B", "2B1C", ["1F7E5", "1F7EB"]],
    diamond: [["1F536", "1F539"]],
    triangle: ["1F53A", "1F53B"],
    heart: [
      "2764",
      "1F90D",
      "1F90E",
      "1FA75",
      "1FA76",
      "1FA77",
      ["1F499", "1F49C"],
      "1F5A4",
      "1F9E1",
    ],
    zodiac: [["2648", "2653"]],
    "arrow button": [["2194", "2199"], ["2B05", "2B07"], "27A1", "25B6", "25C0", "23EA", "23E9"],
    loudspeaker: [["1F508", "1F50A"]],
    "six-pointed star": ["1F52F", "2721"],
    // flags that are drawn alike
    "flag of Saudi Arabia": ["1F1F8-1F1E6", "1F1E8-1F1F6"],
    "flag of Diego Garcia": ["1F1E9-1F1EC", "1F1EE-1F1F4"],
    "flag of Spain": ["1F1EA-1F1F8", "1F1EA-1F1E6"],
    "flag of France": ["1F1EB-1F1F7", "1F1E8-1F1F5", "1F1F2-1F1EB"],
    "flag of Norway": ["1F1F3-1F1F4", "1F1E7-1F1FB", "1F1F8-1F1EF"],
    "flag of Australia": ["1F1E6-1F1FA", "1F1ED-1F1F2"],
    "flag of the United States": ["1F1FA-1F1F8", "1F1FA-1F1F2"],
  };

/** Too large to be held out, and drawn too often to be fair: families and couples, and the plain person. */
export const TRAINING_ONLY: ReadonlySet<string> = new Set(["people together", "person"]);

const FIGURE_OF = new Map(
  Object.entries(FIGURES).flatMap(([figure, points]) => points.map((point) => [point, figure])),
);

function expandRange([from, to]: readonly [from: string, to: string]): string[] {
  const first = Number.parseInt(from, 16);
  return Array.from({ length: Number.parseInt(to, 16) - first + 1 }, (_, i) =>
    (first + i).toString(16).toUpperCase(),
  );
}

const SERIES_OF = new Map(
  Object.entries(SERIES).flatMap(([series, members]) =>
    members
      .flatMap((member) => (typeof member === "string" ? [member] : expandRange(member)))
      .map((member) => [member, series]),
  ),
);

/** Families drawn as silhouettes, which are not in the subcategory "family". */
const FAMILY_SILHOUETTE = /^(1F46A|1F9D1-200D-(1F9D1-200D-)?1F9D2.*)$/;

export interface EmojiKey {
  /** Unicode key without skin tones: "1F468-200D-1F33E". */
  readonly unified: string;
  readonly subcategory: string;
}

/**
 * The identity of an emoji: skin tone, gender, hair and direction stripped, series of one drawing merged,
 * families and couples one group.
 */
export function emojiIdentity({ unified, subcategory }: EmojiKey): string {
  if (subcategory === "family" || FAMILY_SILHOUETTE.test(unified)) return "people together";
  if (subcategory === "keycap") return "keycap";
  const identity = unified
    .split("-")
    .filter((point, i) => !STRIPPED.has(point) && !(i > 0 && DIRECTIONS.includes(point)))
    .map((point) => FIGURE_OF.get(point) ?? point)
    .join("-");
  return SERIES_OF.get(identity) ?? identity;
}
