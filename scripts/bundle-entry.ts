/** What a public entry of a package costs a page or a program that imports it. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What is bundled: all of an entry, or only some of its exports. */
export interface Import {
  /** As it is imported: `@fqgan/experiment/schema`. */
  readonly entry: string;
  readonly names?: readonly string[];
  /** In a browser bundle everything is inside; in Node's only the package's own code. */
  readonly platform: "browser" | "node";
}

export interface Bundle {
  /** Bytes, minified and compressed. */
  readonly gzip: number;
  /** Every module in it. */
  readonly modules: readonly string[];
}

const folders = [...readdirSync("packages").map((name) => `packages/${name}`), "apps/dashboard"];

/** Source files of all public entries, by the name that they are imported by. */
export const entries: ReadonlyMap<string, string> = new Map(
  folders.flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    return Object.entries<Record<string, string>>(exports).map(
      ([path, files]) => [name + path.slice(1), resolve(folder, files["@fqgan/source"]!)] as const,
    );
  }),
);

/** Bundles the sources. Whatever a browser lacks, `node:fs` for instance, is an error in its bundle. */
export async function bundleEntry({ entry, names, platform }: Import): Promise<Bundle> {
  const exported = names ? `{ ${names.join(", ")} }` : "*";
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export ${exported} from ${JSON.stringify(entries.get(entry))};`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    conditions: ["@fqgan/source"],
    platform,
    ...(platform === "node" && { packages: "external" }),
  });
  const gzip = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  return { gzip, modules: Object.keys(metafile.inputs) };
}
