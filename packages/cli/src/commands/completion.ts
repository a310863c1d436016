import { UserError } from "@fqgan/registry";
import type { Command } from "commander";
import { EXIT } from "../exit-codes.js";

/** One command with the words that may follow it. */
export interface CompletionEntry {
  /** "", "sweep", "sweep run" */
  readonly path: string;
  readonly subcommands: readonly { name: string; summary: string }[];
  readonly options: readonly { name: string; summary: string }[];
}

/** Every command of a program that is not hidden. */
export function completionEntries(program: Command): CompletionEntry[] {
  const globals = program.options.flatMap(optionWords);
  const visit = (command: Command, path: string): CompletionEntry[] => {
    const visible = command.createHelp().visibleCommands(command);
    const children = visible.filter((child) => child.name() !== "help");
    return [
      {
        path,
        subcommands: children.map((child) => ({
          name: child.name(),
          summary: child.description(),
        })),
        options: path === "" ? globals : [...command.options.flatMap(optionWords), ...globals],
      },
      ...children.flatMap((child) => visit(child, `${path} ${child.name()}`.trim())),
    ];
  };
  return visit(program, "");
}

const optionWords = ({ long, description }: Command["options"][number]) =>
  long ? [{ name: long, summary: description }] : [];

const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function bash(entries: readonly CompletionEntry[]): string {
  const cases = entries.map(
    ({ path, subcommands, options }) =>
      `    ${single(path)}) words=${single([...subcommands, ...options].map(({ name }) => name).join(" "))} ;;`,
  );
  return `# fqgan completion for bash: eval "$(fqgan completion bash)" in ~/.bashrc
_fqgan() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${entries.map(({ path }) => path.replaceAll(" ", "/")).join(" ")} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac ;; esac
  done
  case "\${path//\\// }" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _fqgan fqgan
`;
}

function zsh(entries: readonly CompletionEntry[]): string {
  return `# fqgan completion for zsh: eval "$(fqgan completion zsh)" in ~/.zshrc
autoload -U +X bashcompinit && bashcompinit
${bash(entries)}`;
}

function fish(entries: readonly CompletionEntry[]): string {
  const lines = entries.flatMap(({ path, subcommands, options }) => {
    const words = path.split(" ").filter(Boolean);
    const next = subcommands.map(({ name }) => name).join(" ");
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const condition = [...seen, ...(next ? [`not __fish_seen_subcommand_from ${next}`] : [])].join(
      "; and ",
    );
    const when = condition ? `-n ${single(condition)} ` : "";
    return [
      ...subcommands.map(
        ({ name, summary }) => `complete -c fqgan -f ${when}-a ${name} -d ${single(summary)}`,
      ),
      ...options.map(
        ({ name, summary }) => `complete -c fqgan ${when}-l ${name.slice(2)} -d ${single(summary)}`,
      ),
    ];
  });
  return `# fqgan completion for fish: fqgan completion fish > ~/.config/fish/completions/fqgan.fish\n${lines.join("\n")}\n`;
}

const SHELLS: Readonly<Record<string, (entries: readonly CompletionEntry[]) => string>> = {
  bash,
  zsh,
  fish,
};

/** Prints a script that completes commands and options. */
export async function completion(program: Command, shell: string): Promise<number> {
  const script = SHELLS[shell];
  if (!script)
    throw new UserError(`completion: expected ${Object.keys(SHELLS).join(", ")}, got "${shell}"`);
  process.stdout.write(script(completionEntries(program)));
  return EXIT.done;
}
