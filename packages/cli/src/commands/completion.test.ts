import { execFileSync } from "node:child_process";
import { expect, it, vi } from "vitest";
import { createProgram } from "../program.js";
import { completion, completionEntries } from "./completion.js";

const program = createProgram({ entry: "" }, () => {});

it("knows every command and none that is hidden", () => {
  const entries = completionEntries(program);
  const paths = entries.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["", "sweep", "sweep run", "report", "doctor"]));
  expect(paths).not.toContain("stage");
  const run = entries.find(({ path }) => path === "sweep run")!;
  expect(run.options.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["--dry-run", "--json"]),
  );
});

/** What bash offers after these words. */
async function offered(...words: string[]): Promise<string[]> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  await completion(program, "bash");
  write.mockRestore();
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `${written.join("")}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _fqgan; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("\n").filter(Boolean);
}

it("completes in bash", async () => {
  expect(await offered("fqgan", "sw")).toEqual(["sweep"]);
  expect(await offered("fqgan", "sweep", "r")).toEqual(["run", "resume"]);
  expect(await offered("fqgan", "sweep", "run", "--dr")).toEqual(["--dry-run"]);
  expect(await offered("fqgan", "--runs", "x", "sweep", "st")).toEqual(
    expect.arrayContaining(["status"]),
  );
});

it("refuses a shell it does not know", async () => {
  await expect(completion(program, "tcsh")).rejects.toThrow(/expected bash, zsh, fish, got "tcsh"/);
});
