import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, it } from "vitest";
import { EXIT } from "./exit-codes.js";
import { createProgram } from "./program.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** Splits a line as a shell would: quotes group, # begins a comment. */
const words = (line: string) =>
  (line.replace(/\s+#.*$/, "").match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));

/** Replaces what commands do by taking note of them. */
function listen(command: Command, path: string, heard: string[]): void {
  for (const child of command.commands) {
    const name = `${path} ${child.name()}`.trim();
    child.action(() => void heard.push(name));
    listen(child.exitOverride(), name, heard);
  }
}

it("every command line of the README is one that the program takes", async () => {
  const lines = readme.split("\n").filter((line) => line.startsWith("fqgan "));
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const heard: string[] = [];
    const program = createProgram({ entry: "" }, () => {});
    listen(program, "", heard);
    const parameters = words(line).slice(1);
    await program.parseAsync(parameters, { from: "user" });
    expect(heard, line).toHaveLength(1);
    expect(parameters.join(" ")).toContain(heard[0]!.split(" ")[0]);
  }
});

it("the README lists every exit code", () => {
  for (const code of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`^\\| ${code} `, "m"));
});
