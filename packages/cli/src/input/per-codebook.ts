import { UserError } from "@fqgan/registry";

/** One number for all codebooks, one for each in their order, or some by name. */
export type PerCodebook = number | number[] | Record<string, number>;

/**
 * `2`, `2,1.5` or `visual=2,semantic=1.5`. How many and which names fit is for the generator to say.
 * @param option names the option in errors
 */
export const perCodebook =
  (option: string) =>
  (text: string): PerCodebook => {
    const parts = text.split(",").map((part) => part.trim());
    const numberIn = (word: string): number => {
      const value = Number(word);
      if (word !== "" && Number.isFinite(value)) return value;
      throw new UserError(
        `${option}: expected a number, a list (2,1.5) or numbers by codebook (visual=2,semantic=1.5), got "${text}"`,
      );
    };
    if (parts.every((part) => part.includes("="))) {
      const pairs = parts.map((part) => part.split("=", 2) as [string, string]);
      return Object.fromEntries(pairs.map(([name, word]) => [name.trim(), numberIn(word.trim())]));
    }
    const values = parts.map(numberIn);
    return values.length === 1 ? values[0]! : values;
  };

/** `0:128`: the first and the one after the last. */
export const interval =
  (option: string) =>
  (text: string): [number, number] => {
    const match = /^(\d+):(\d+)$/.exec(text);
    if (match && Number(match[1]) < Number(match[2])) return [Number(match[1]), Number(match[2])];
    throw new UserError(
      `${option}: expected first:end with the first before the end, such as 0:128, got "${text}"`,
    );
  };

/** A share above 0 and at most 1. */
export const share =
  (option: string) =>
  (text: string): number => {
    const value = Number(text);
    if (value > 0 && value <= 1) return value;
    throw new UserError(`${option}: expected a share above 0 and at most 1, got "${text}"`);
  };
