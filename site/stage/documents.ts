/**
 * Pages from the repository's own Markdown, which stays readable where it lies: docs/, the packages' READMEs and
 * the root's. A link to a page becomes a link within the site, a picture is copied, and any other file or folder
 * that is linked gets a page that shows it. A link to nothing is an error.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join, posix } from "node:path";
import { UserError } from "@fqgan/registry";
import { asPage } from "./links.js";
import { titleOf } from "./title.js";

export interface Places {
  /** The repository's root. */
  readonly repository: string;
  /** Where pages go. */
  readonly pages: string;
}

const PICTURES = [".png", ".jpg", ".svg", ".webp"];

/** What a file is highlighted as, where its ending does not say it. */
const LANGUAGES: Readonly<Record<string, string>> = { mjs: "js", cjs: "js", txt: "text" };

export function clearPages(pages: string): void {
  rmSync(pages, { recursive: true, force: true });
}

/** Writes a page, with its folders. @param place such as "guides/first-sweep.md" */
export function writePage(pages: string, place: string, text: string): void {
  const path = join(pages, place);
  // A page that is as it was is left alone, or the server would load it again.
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Every document of the site: its path in the repository → its place among the pages. */
export function documents(repository: string): Map<string, string> {
  const found = new Map<string, string>([
    ["README.md", "overview.md"],
    ["CONTRIBUTING.md", "contributing.md"],
  ]);
  const docs = readdirSync(join(repository, "docs"), { recursive: true }) as string[];
  for (const file of docs.filter((name) => name.endsWith(".md")).sort())
    found.set(posix.join("docs", file), file.replace(/(^|\/)README\.md$/, "$1index.md"));
  const packages = readdirSync(join(repository, "packages")).map((name) => `packages/${name}`);
  for (const folder of [...packages, "apps/dashboard"])
    if (existsSync(join(repository, folder, "README.md")))
      found.set(`${folder}/README.md`, `packages/${basename(folder)}.md`);
  found.set("packages/tokenizer/models/README.md", "packages/tokenizer-models.md");
  return found;
}

/** Collects all documents and whatever they link to. */
export function stageDocuments({ repository, pages }: Places): void {
  const places = documents(repository);
  const shown = new Set<string>();

  /** The address of a file or folder of the repository; makes its page where it has none yet. */
  const address = (path: string, linkedFrom: string): string => {
    const file = join(repository, path);
    if (!existsSync(file))
      throw new UserError(`${linkedFrom}: expected a file or folder at ${path}, found none`);
    const place = places.get(path) ?? places.get(posix.join(path, "README.md"));
    if (place) return `/${place}`;
    if (PICTURES.includes(extname(path))) {
      const copy = join(pages, "public/media", path);
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(file, copy);
      return `/media/${path}`;
    }
    const isFolder = statSync(file).isDirectory();
    const source = isFolder
      ? `source/${path}/index.md`
      : `source/${path.replace(/\.([^./]*)$/, "-$1")}.md`;
    if (!shown.has(path)) {
      shown.add(path);
      writePage(pages, source, isFolder ? folderPage(path, address) : filePage(path));
    }
    return `/${source}`;
  };
  const filePage = (path: string) => {
    const ending = extname(path).slice(1);
    const code = readFileSync(join(repository, path), "utf8").trimEnd();
    const fence = "`".repeat(
      Math.max(3, ...(code.match(/`+/g) ?? []).map((run) => run.length + 1)),
    );
    return `${HIDDEN}# ${basename(path)}\n\n\`${path}\`\n\n${fence}${LANGUAGES[ending] ?? ending}\n${code}\n${fence}\n`;
  };
  const folderPage = (path: string, link: typeof address) => {
    const entries = readdirSync(join(repository, path), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
      .map(({ name }) => {
        const target = link(posix.join(path, name), path);
        return PICTURES.includes(extname(name))
          ? `![${name}](${target})`
          : `- [${name}](${target})`;
      });
    return `${HIDDEN}# ${basename(path)}\n\n\`${path}\`\n\n${entries.join("\n")}\n`;
  };

  for (const [path, place] of places) {
    const text = readFileSync(join(repository, path), "utf8");
    const resolve = (target: string) => {
      const joined = posix.join(dirname(path), decodeURI(target)).replace(/\/$/, "");
      return address(joined, path);
    };
    writePage(pages, place, asPage(text, resolve) + listOfDecisions(repository, path));
  }
  writePage(pages, "index.md", readFileSync(join(repository, "site/home.md"), "utf8"));
  for (const picture of ["docs/images/default-tokenizer.png", "docs/images/codes.png"])
    address(picture, "site/home.md");
  cpSync(join(repository, "site/icon.svg"), join(pages, "public/icon.svg"));
}

/** Pages of files are for looking at, not for finding. */
const HIDDEN = "---\nsearch: false\noutline: false\n---\n\n";

/** The decisions' own page lists them all, so that nobody has to. */
function listOfDecisions(repository: string, path: string): string {
  if (path !== "docs/decisions/README.md") return "";
  const folder = join(repository, "docs/decisions");
  const files = readdirSync(folder).filter((name) => name !== "README.md");
  const lines = files.sort().map((name) => `- [${titleOf(join(folder, name))}](./${name})`);
  return `\n${lines.join("\n")}\n`;
}
