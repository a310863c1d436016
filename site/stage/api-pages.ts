/** The API reference: what each package exports, and what its docstrings say of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { UserError } from "@fqgan/registry";
import {
  Application,
  type DeclarationReflection,
  LogLevel,
  ReferenceReflection,
  ReflectionKind,
  type TypeDocOptions,
} from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import { type Places, writePage } from "./documents.js";

interface PackageJson {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly "@fqgan/source"?: string }>>;
}

/** Public entries: source file → the name it is imported by. */
export function publicEntries(repository: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const name of readdirSync(join(repository, "packages"))) {
    const folder = join(repository, "packages", name);
    const file = join(folder, "package.json");
    if (!existsSync(file)) continue;
    const content = JSON.parse(readFileSync(file, "utf8")) as PackageJson;
    for (const [subpath, { "@fqgan/source": source }] of Object.entries(content.exports ?? {}))
      if (source && existsSync(join(folder, source)))
        entries.set(resolve(folder, source), content.name + subpath.slice(1));
  }
  return entries;
}

/** Writes api/<package>/index.md for each public entry. An export without a docstring is a UserError. */
export async function stageApi({ repository, pages }: Places): Promise<void> {
  const entries = publicEntries(repository);
  const options: TypeDocOptions & PluginOptions = {
    name: "API",
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: [...entries.keys()],
    tsconfig: join(repository, "site/tsconfig.api.json"),
    out: join(pages, "api"),
    router: "module",
    readme: "none",
    // Types are checked by `npm test`.
    skipErrorChecking: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    disableSources: true,
    disableGit: true,
    sort: ["source-order"],
    // What zod infers would otherwise be printed to its last leaf.
    maxTypeConversionDepth: 4,
    // Docstrings name options by themselves, which TypeDoc does not know as parameters.
    logLevel: "Error",
    validation: {
      notExported: false,
      invalidLink: true,
      notDocumented: false,
      rewrittenLink: true,
      unusedMergeModuleWith: true,
    },
    fileExtension: ".md",
    entryFileName: "index",
    excludeScopesInPaths: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    sanitizeComments: true,
    useHTMLEncodedBrackets: true,
    interfacePropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    parametersFormat: "table",
    tableColumnSettings: {
      hideSources: true,
      hideInherited: true,
      hideOverrides: true,
      hideModifiers: true,
      leftAlignHeaders: true,
    },
    pageTitleTemplates: { module: ({ name }) => name, index: () => "API" },
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (!project) throw new Error("typedoc: converted nothing");
  // Modules are named after files; people know them by what they import.
  const names = new Map(
    [...entries].map(([file, name]) => [
      relative(join(repository, "packages"), file).replace(/(\/index)?\.ts$/, ""),
      name,
    ]),
  );
  for (const module of project.children ?? []) {
    const name = names.get(module.name);
    if (!name) throw new Error(`typedoc: ${module.name} is no public entry`);
    module.name = name;
  }
  app.logger.level = LogLevel.Warn;
  app.logger.resetWarnings();
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new UserError("API: expected links in docstrings that lead somewhere; see above");
  const silent = (project.children ?? []).flatMap((module) => undocumented(module, module.name));
  if (silent.length > 0)
    throw new UserError(
      `API: expected a docstring for every export, none has ${silent.join(", ")}; add them in the sources`,
    );
  await app.generateOutputs(project);
  writePage(pages, "packages/index.md", packageList({ repository, pages }));
}

/** Exports of a module or a namespace that no docstring explains. */
function undocumented(container: DeclarationReflection, where: string): string[] {
  return (container.children ?? []).flatMap((child) => {
    if (child instanceof ReferenceReflection) return [];
    const name = `${where}.${child.name}`;
    if (child.kindOf(ReflectionKind.Namespace)) return undocumented(child, name);
    const parts = [child, ...(child.signatures ?? [])];
    return parts.some((part) => part.hasComment()) ? [] : [name];
  });
}

/** Every package with its README and its exports. */
function packageList({ repository, pages }: Places): string {
  const exportsOf = (short: string) => {
    const file = `../api/${short}.md`;
    return existsSync(join(pages, "packages", file)) ? file : `../api/${short}/index.md`;
  };
  const rows = [...publicEntries(repository).values()].map((name) => {
    const short = name.replace(/^@[^/]+\//, "");
    const folder = join(repository, "packages", short);
    const isWhole = existsSync(join(folder, "package.json"));
    const { description = "" } = isWhole
      ? (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { description?: string })
      : {};
    const readme = existsSync(join(folder, "README.md")) ? `[README](./${short}.md)` : "";
    return `| \`${name}\` | ${description} | ${readme} | [exports](${exportsOf(short)}) |`;
  });
  return (
    "# Packages\n\nEach can be installed and imported by itself. A README begins with an example that a test runs; the " +
    "exports are read off the sources and their docstrings.\n\n| package | what it gives | | |\n| --- | --- | --- | --- |\n" +
    `${rows.join("\n")}\n`
  );
}
