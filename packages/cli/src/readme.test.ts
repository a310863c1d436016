import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EXIT } from "./exit-codes.js";
import { commandLines, meant } from "./testing/command-lines.js";

const repository = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, repository), "utf8");
const readme = read("packages/cli/README.md");
const guides = readdirSync(new URL("docs/guides", repository)).filter((name) =>
  name.endsWith(".md"),
);

const documents = [
  ["README.md", 10],
  ["packages/cli/README.md", 40],
  ["apps/dashboard/README.md", 3],
  ...guides.map((name) => [`docs/guides/${name}`, 0] as const),
] as const;

it.each(documents)(
  "every command line of %s is one that the program takes",
  async (path, least) => {
    const lines = commandLines(read(path));
    expect(lines.length).toBeGreaterThanOrEqual(least);
    for (const line of lines) expect(await meant(line), line).toHaveLength(1);
  },
);

it("refuses a line with an option that does not exist", async () => {
  await expect(meant("fqgan reconstruct cat.jpg --frm newest")).rejects.toThrow("--frm");
});

it("the README lists every exit code", () => {
  for (const code of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`^\\| ${code} `, "m"));
});
