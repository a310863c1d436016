import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { missingOptional } from "../../scripts/complete-lock.js";

const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const lock = read("package-lock.json") as {
  packages: Record<string, { version?: string; resolved?: string; dev?: boolean }>;
};
const workspaces = readdirSync("packages").map((name) => `packages/${name}`);

const versionsOf = (name: string) =>
  new Set(
    Object.entries(lock.packages)
      .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
      .map(([, entry]) => entry.version),
  );

describe("workspace", () => {
  it("has one onnxruntime and one tfjs-core in the whole tree", () => {
    expect([...versionsOf("onnxruntime-node")]).toEqual(["1.30.0"]);
    expect([...versionsOf("onnxruntime-common")]).toEqual(["1.30.0"]);
    expect([...versionsOf("@tensorflow/tfjs-core")]).toEqual(["4.22.0"]);
  });

  it("pins the web runtime to the same version", () => {
    expect(read("package.json").overrides["onnxruntime-web"]).toBe("1.30.0");
  });

  it("has an entry for every platform's optional packages, so that `npm ci` takes the lock file", () => {
    expect(missingOptional(lock).map(({ name }) => name)).toEqual([]);
  });

  it("records no download hosts in the lock file", () => {
    const resolved = Object.values(lock.packages).filter((entry) =>
      entry.resolved?.startsWith("http"),
    );
    expect(resolved).toEqual([]);
  });

  it.each(workspaces)("%s declares what it imports, a description and a README", (path) => {
    const manifest = read(`${path}/package.json`);
    expect(manifest.description).toBeTruthy();
    expect(readFileSync(`${path}/README.md`, "utf8").length).toBeGreaterThan(100);
    const declared = new Set([
      manifest.name, // examples of a README import their own package
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]);
    const sources = readdirSync(`${path}/src`, { recursive: true, encoding: "utf8" }).filter(
      (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^testing\//.test(file),
    );
    const imported = new Set<string>();
    for (const file of sources) {
      const text = readFileSync(`${path}/src/${file}`, "utf8");
      for (const [, specifier] of text.matchAll(/^(?:import|export)[^;]*?from "([^".][^"]*)"/gms)) {
        // of Node, or of the package itself ("imports" in its manifest)
        if (/^(node:|#)/.test(specifier!)) continue;
        imported.add(
          specifier!
            .split("/")
            .slice(0, specifier!.startsWith("@") ? 2 : 1)
            .join("/"),
        );
      }
    }
    expect([...imported].filter((name) => !declared.has(name))).toEqual([]);
  });
});
