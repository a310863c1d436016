import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeJsonAtomic } from "./atomic-file.js";

/**
 * A file asks a run to write a checkpoint and end: it reaches a process on any machine that sees the folder,
 * from a terminal, a tracker's Stop button or another program. Starting the run again removes it.
 */
const pathOf = (folder: string) => join(folder, "stop");

/** Asks whoever works in a folder to save and end. @param reason in a few words, for people */
export function requestStop(folder: string, reason: string): void {
  writeJsonAtomic(pathOf(folder), { time: Date.now(), reason });
}

/** Whether somebody has asked a run or a sweep to stop. */
export const isStopRequested = (folder: string): boolean => existsSync(pathOf(folder));

/** Takes a request back; nothing happens where there is none. */
export function clearStopRequest(folder: string): void {
  rmSync(pathOf(folder), { force: true });
}
