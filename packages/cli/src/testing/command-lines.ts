/** Command lines as documents print them, held against what the program takes. */
import type { Command } from "commander";
import { createProgram } from "../program.js";

/** Splits a line as a shell would: quotes group, # begins a comment. */
const words = (line: string) =>
  (line.replace(/\s+#.*$/, "").match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));

/** Replaces what commands do by taking note of them. */
function listen(command: Command, path: string, heard: string[]): void {
  for (const child of command.commands) {
    const name = `${path} ${child.name()}`.trim();
    child.action(() => void heard.push(name));
    listen(child.exitOverride().configureOutput({ writeErr: () => {} }), name, heard);
  }
}

/** The lines in blocks of code that call `fqgan`, with `npx` or without. */
export const commandLines = (markdown: string): string[] =>
  [...markdown.matchAll(/^```[^\n]*\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block!.split("\n"))
    .filter((line) => /^(npx )?fqgan /.test(line))
    .map((line) => line.replace(/^npx /, ""));

/** The commands that a line means: one, if the program takes it. Refusals are thrown. */
export async function meant(line: string): Promise<string[]> {
  const heard: string[] = [];
  const program = createProgram({ entry: "" }, () => {});
  listen(program, "", heard);
  // Some global options set variables for the processes that a command starts.
  const environment = { ...process.env };
  try {
    await program.parseAsync(words(line).slice(1), { from: "user" });
  } finally {
    process.env = environment;
  }
  return heard;
}
