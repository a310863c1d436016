import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Whether a package can be loaded: by its manifest, or by its entry where it keeps the manifest to itself. */
export function isInstalled(name: string): boolean {
  for (const path of [`${name}/package.json`, name])
    try {
      require.resolve(path);
      return true;
    } catch {
      // The other way may do.
    }
  return false;
}
