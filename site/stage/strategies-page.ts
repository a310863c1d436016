/** Every strategy that a config can name, as `fqgan list` tells it: a new one shows up by being registered. */
import { runProgram } from "@fqgan/cli";
import { writePage } from "./documents.js";

interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly reference?: string;
  readonly fidelity?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** What depends on a machine, or has a page of its own. */
const LEFT_OUT = ["runs", "sweeps", "presets", "config"];

/** What `fqgan list` prints. */
async function listed<T>(...what: readonly string[]): Promise<T> {
  const write = process.stdout.write;
  let text = "";
  process.stdout.write = ((part: string) => {
    text += part;
    return true;
  }) as typeof write;
  try {
    await runProgram(["--json", "list", ...what], { entry: "" });
  } finally {
    process.stdout.write = write;
  }
  return JSON.parse(text) as T;
}

const safe = (text: string) => text.replaceAll("<", "&lt;").replaceAll("{{", "&#123;&#123;");

function describe({ name, summary, reference, fidelity, options = {} }: Listed): string {
  const link = reference && /^https?:/.test(reference) ? `<${reference}>` : (reference ?? "");
  const rows = Object.entries(options).map(
    ([option, value]) => `| \`${option}\` | \`${value.replaceAll("|", "\\|")}\` |`,
  );
  const table =
    rows.length === 0 ? "" : `| option | default |\n| --- | --- |\n${rows.join("\n")}\n\n`;
  const about = [safe(summary), fidelity && safe(fidelity), link].filter(Boolean).join(" · ");
  return `### \`${name}\`\n\n${about}\n\n${table}`;
}

/** Every key of an experiment's config, one a row. */
export async function stageConfig(pages: string): Promise<void> {
  const rows = (await listed<Listed[]>("config")).map(({ name, summary, options = {} }) => {
    const cell = (text = "") => (text ? `\`${text.replaceAll("|", "\\|")}\`` : "");
    return `| ${cell(name)} | ${cell(options.type)} | ${cell(options.default)} | ${safe(summary)} |`;
  });
  writePage(
    pages,
    "config.md",
    "# Config\n\nEvery key that an experiment's config may have: in a sweep's `base` and axes, in `--set`, in a run's `config.json`. " +
      "`fqgan list config` prints them; what has a name is on the page of [strategies](strategies.md), with its options.\n\n" +
      `| key | what | default | for |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`,
  );
}

/** Every strategy, a section each. */
export async function stageStrategies(pages: string): Promise<void> {
  const kinds = (await listed<string[]>()).filter((kind) => !LEFT_OUT.includes(kind));
  const parts: string[] = [];
  for (const kind of kinds) {
    const entries = await listed<Listed[]>(kind);
    parts.push(`## ${kind.replaceAll("-", " ")}\n\n${entries.map(describe).join("")}`);
  }
  writePage(
    pages,
    "strategies.md",
    "---\noutline: [2, 3]\n---\n\n# Strategies\n\nEvery name that a config may hold, with its options and their defaults, as " +
      "`fqgan list` prints them.\n\n" +
      parts.join(""),
  );
}
