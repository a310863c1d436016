/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out because the
 * registry it asked does not serve them. Without their entries `npm ci` refuses the lock file, on every
 * platform. Run after `npm install` where that registry is a partial mirror: npx tsx scripts/complete-lock.ts
 */
import { readFileSync, writeFileSync } from "node:fs";

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string>; dev?: boolean }>;
}
interface Missing {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

const SYSTEMS: Record<string, string> = {
  win32: "win32",
  windows: "win32",
  darwin: "darwin",
  linux: "linux",
  android: "android",
  freebsd: "freebsd",
  openbsd: "openbsd",
  netbsd: "netbsd",
  openharmony: "openharmony",
  sunos: "sunos",
  aix: "aix",
};
const PROCESSORS = [
  "arm64",
  "arm",
  "x64",
  "ia32",
  "s390x",
  "ppc64",
  "riscv64",
  "loong64",
  "mips64el",
];

/** Node's lookup: from the package's own node_modules outwards. */
function isLocked(packages: Lock["packages"], from: string, name: string): boolean {
  for (
    let base = from;
    ;
    base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1))
  ) {
    if (packages[`${base ? `${base}/` : ""}node_modules/${name}`]) return true;
    if (!base.includes("node_modules/")) return Boolean(packages[`node_modules/${name}`]);
  }
}

/** Optional packages that some entry names and the lock file lacks. */
export function missingOptional(lock: Lock): Missing[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(lock.packages, path, name))
      .map(([name, version]) => ({ name, version, dev: entry.dev ?? false })),
  );
}

function describe({ name, version, dev }: Missing) {
  const words = name.split(/[/-]/);
  const system = words.map((word) => SYSTEMS[word]).find(Boolean);
  const processor = PROCESSORS.find((known) => words.includes(known));
  const library = /musl/.test(name) ? "musl" : system === "linux" ? "glibc" : undefined;
  return {
    version: version.replace(/^[\^~]/, ""),
    ...(processor && { cpu: [processor] }),
    ...(dev && { dev }),
    ...(library && { libc: [library] }),
    optional: true,
    ...(system && { os: [system] }),
  };
}

if (process.argv[1] === import.meta.filename) {
  const lock: Lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const missing = missingOptional(lock);
  for (const entry of missing) lock.packages[`node_modules/${entry.name}`] = describe(entry);
  const byPath = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath));
  writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} entries added`);
}
