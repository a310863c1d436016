import { CommanderError } from "commander";
import { EXIT } from "../exit-codes.js";

/** Gathers a repeated option. */
export const collect = (value: string, before: readonly string[] = []) => [...before, value];

export const wholeNumber = (what: string, least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new CommanderError(
      EXIT.usage,
      "fqgan.invalidNumber",
      `error: ${what}: expected a whole number of at least ${least}, got "${text}"`,
    );
  return value;
};
