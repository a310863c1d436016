import { stripVTControlCharacters } from "node:util";
import { RUN_LOG, readRunLog } from "@fqgan/experiment";
import type { LogView } from "./api-types.js";
import { pathBelow } from "./path-below.js";

/** Read of a log, however long it is. */
const MOST_BYTES = 512 * 1024;
const LONGEST_LINE = 2000;

/** The last lines that a run's processes printed, as plain text. */
export function viewLog(folder: string, lines: number): LogView {
  if (!pathBelow(folder, RUN_LOG)) return { lines: [], isCut: false };
  const { text, start } = readRunLog(folder, { bytes: MOST_BYTES });
  const all = text.split(/\r\n|\n|\r/);
  if (all.at(-1) === "") all.pop();
  // The first one is only the end of a line.
  if (start > 0) all.shift();
  return {
    lines: all.slice(-lines).map(plain),
    isCut: start > 0 || all.length > lines,
  };
}

/** Colours and other orders to a terminal are left out. */
function plain(line: string): string {
  const text = Array.from(stripVTControlCharacters(line), (character) =>
    character < " " && character !== "\t" ? "\ufffd" : character,
  ).join("");
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)} …` : text;
}
