import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type DefaultTheme, defineConfig } from "vitepress";
import { titleOf } from "../stage/title.js";

const pages = resolve(import.meta.dirname, "../pages");

type Item = DefaultTheme.SidebarItem;

const isThere = (place: string) => existsSync(join(pages, place));

/** A page by its own heading. */
const page = (place: string): Item => ({ text: titleOf(join(pages, place)), link: `/${place}` });

/** The pages of a folder, its first page aside. */
const folder = (name: string): Item[] =>
  readdirSync(join(pages, name))
    .filter((file) => file.endsWith(".md") && file !== "index.md")
    .sort()
    .map((file) => page(`${name}/${file}`));

/** The guides in the order in which their index names them, after what the README says of it all. */
const guides = (): Item[] => {
  const index = readFileSync(join(pages, "guides/index.md"), "utf8");
  const listed = [...index.matchAll(/\]\(\/(guides\/[^)#]+\.md)\)/g)].map(([, place]) =>
    page(place!),
  );
  return [{ text: "Overview", link: "/overview" }, ...listed];
};

/** What every package exports. */
const api = (): Item[] =>
  readdirSync(join(pages, "api"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && file !== "index.md")
    .map((file) => {
      const { text, link } = page(`api/${file}`);
      const isNamespace = file.includes("/namespaces/");
      return { link: link!, text: isNamespace ? `@fqgan/${file.split("/")[0]}: ${text}` : text! };
    })
    .sort((a, b) => (a.text < b.text ? -1 : 1));

/** Concepts first, then every page that lies beside it and is reached from nowhere else. */
const concepts = (): Item[] => {
  const first = ["concepts.md", "strategies.md", "config.md"];
  const elsewhere = ["index.md", "overview.md", "benchmarks.md", "log.md"];
  const others = readdirSync(pages)
    .filter((file) => file.endsWith(".md") && ![...first, ...elsewhere].includes(file))
    .sort();
  return [...first, ...others].map(page);
};

export default defineConfig({
  title: "fqgan",
  description:
    "Discrete visual tokenizers and the autoregressive generators that write their codes, in TypeScript",
  srcDir: "pages",
  outDir: "dist",
  // Where the site is published under a path: DOCS_BASE=/fqgan/ npm run docs:build
  base: process.env.DOCS_BASE ?? "/",
  head: [["link", { rel: "icon", href: `${process.env.DOCS_BASE ?? "/"}icon.svg` }]],
  ignoreDeadLinks: false,
  themeConfig: {
    logo: "/icon.svg",
    search: {
      provider: "local",
      options: {
        miniSearch: {
          // Words of guides come before names of options. It runs in the browser, so it knows nothing else.
          searchOptions: { boostDocument: (id: string) => (id.includes("/api/") ? 0.2 : 1) },
        },
      },
    },
    outline: { level: [2, 3] },
    nav: [
      { text: "Guides", link: "/guides/", activeMatch: "^/(guides|overview)" },
      {
        text: "Concepts",
        link: "/concepts",
        activeMatch: "^/(concepts|strategies|config|run-folder|shapes|scaling|onnx)",
      },
      { text: "CLI", link: "/cli/", activeMatch: "^/cli/" },
      { text: "API", link: "/packages/", activeMatch: "^/(api|packages)/" },
      ...(isThere("findings/index.md")
        ? [{ text: "Findings", link: "/findings/", activeMatch: "^/findings/" }]
        : []),
      { text: "Benchmarks", link: "/benchmarks" },
      { text: "Decisions", link: "/decisions/", activeMatch: "^/decisions/" },
      { text: "Log", link: "/log" },
    ],
    sidebar: {
      "/guides/": [{ text: "Guides", items: guides() }],
      "/overview": [{ text: "Guides", items: guides() }],
      "/cli/": [{ text: "Command line", link: "/cli/", items: folder("cli") }],
      "/api/": [
        { text: "Exports", items: api() },
        { text: "READMEs", items: folder("packages") },
      ],
      "/packages/": [
        { text: "READMEs", items: folder("packages") },
        { text: "Exports", items: api() },
      ],
      ...(isThere("findings/index.md") && {
        "/findings/": [{ text: "Findings", link: "/findings/", items: folder("findings") }],
      }),
      "/decisions/": [{ text: "Decisions", link: "/decisions/", items: folder("decisions") }],
      "/": [{ text: "Concepts", items: concepts() }],
    },
    footer: {
      message:
        "MIT. An independent implementation; the authors' own code and weights of FQGAN are CC BY-NC 4.0.",
    },
  },
});
