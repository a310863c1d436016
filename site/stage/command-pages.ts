/** The reference of the command line, from what `--help` says: nothing here is written twice. */
import type { EventEmitter } from "node:events";
import { createProgram } from "@fqgan/cli";
import type { Command } from "commander";
import { writePage } from "./documents.js";

/** Text in a cell of a table: bars would end it, angle brackets would be tags. */
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const table = (heads: readonly [string, string], rows: readonly (readonly [string, string])[]) =>
  rows.length === 0
    ? ""
    : `| ${heads.join(" | ")} |\n| --- | --- |\n` +
      `${rows.map(([term, text]) => `| \`${term.replaceAll("|", "\\|")}\` | ${cell(text)} |`).join("\n")}\n\n`;

/** What a command adds to its help: examples and remarks. */
function afterHelp(command: Command): string {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  // Commander adds help text as a listener; its types do not say that a command is an emitter.
  (command as unknown as EventEmitter).emit("afterHelp", { error: false, command, write });
  return text.trim() === "" ? "" : `\`\`\`text\n${text.trim()}\n\`\`\`\n\n`;
}

/** A command and those within it, as sections. */
function sections(command: Command, depth: number): string {
  const help = command.createHelp();
  const name = help.commandUsage(command).replace(/ (\[options\]|\[command\]|<|\[).*$/, "");
  const children = help.visibleCommands(command).filter((child) => child.name() !== "help");
  const isGroup = children.length > 0 && command.registeredArguments.length === 0;
  const body = isGroup
    ? ""
    : `\`\`\`sh\n${help.commandUsage(command)}\n\`\`\`\n\n` +
      table(
        ["argument", "meaning"],
        help
          .visibleArguments(command)
          .map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
      ) +
      table(
        ["option", "meaning"],
        help
          .visibleOptions(command)
          .filter(({ long }) => long !== "--help")
          .map((one) => [help.optionTerm(one), help.optionDescription(one)]),
      );
  return (
    `${"#".repeat(depth)} ${name}\n\n${sentence(command.description())}\n\n${body}${afterHelp(command)}` +
    children.map((child) => sections(child, depth + 1)).join("")
  );
}

const sentence = (text: string) => {
  const safe = text.replaceAll("<", "&lt;");
  return safe === "" ? "" : `${safe[0]!.toUpperCase()}${safe.slice(1)}.`;
};

/** One page for each command, and one that lists them. */
export function stageCommands(pages: string): void {
  const program = createProgram({ entry: "" }, () => {});
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  for (const command of commands)
    writePage(pages, `cli/${command.name()}.md`, sections(command, 1));
  const rows = commands.map(
    (command) =>
      `| [\`fqgan ${command.name()}\`](./${command.name()}.md) | ${cell(command.description())} |`,
  );
  const global = help
    .visibleOptions(program)
    .map((option) => [help.optionTerm(option), help.optionDescription(option)]) as [
    string,
    string,
  ][];
  writePage(
    pages,
    "cli/index.md",
    `# fqgan\n\n${sentence(program.description())} In the repository it runs from the sources as \`npx fqgan\`.\n\n` +
      `| command | what it does |\n| --- | --- |\n${rows.join("\n")}\n\n` +
      `## For every command\n\n${table(["option", "meaning"], global)}${afterHelp(program)}`,
  );
}
