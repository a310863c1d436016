import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openRunLog, RUN_LOG, readRunLog } from "./run-log.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("keeps attempts apart and gives the end", () => {
  for (const text of ["first\n", "second\n"]) {
    const log = openRunLog(folder)!;
    writeSync(log.descriptor, text);
    closeSync(log.descriptor);
    expect(readRunLog(folder, { bytes: 1000, from: log.start }).text).toBe(text);
  }
  const { text, size } = readRunLog(folder, { bytes: 1000 });
  expect(text).toMatch(/^--- \d{4}-.* on .*\nfirst\n--- .*\nsecond\n$/);
  expect(size).toBe(text.length);
  expect(readRunLog(folder, { bytes: 7 })).toEqual({ text: "second\n", size, start: size - 7 });
});

it("is empty where there is none, or something that is no file", () => {
  expect(openRunLog(join(folder, "missing"))).toBeUndefined();
  expect(readRunLog(join(folder, "missing"), { bytes: 10 }).text).toBe("");
  rmSync(join(folder, RUN_LOG));
  execFileSync("mkfifo", [join(folder, RUN_LOG)]);
  expect(readRunLog(folder, { bytes: 10 }).text).toBe("");
});
