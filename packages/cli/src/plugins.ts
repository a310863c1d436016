import { existsSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "@fqgan/registry";

/** How processes that a command starts (stages, here or on a cluster) get the same plugins. */
const VARIABLE = "FQGAN_PLUGINS";

/**
 * Imports modules that register strategies: the files given, after those of the process that started this
 * one. What they register is known to everything that this process does.
 */
export async function loadPlugins(files: readonly string[]): Promise<void> {
  const inherited = (process.env[VARIABLE] ?? "").split(delimiter).filter(Boolean);
  const all = [...new Set([...inherited, ...files.map((file) => resolve(file))])];
  for (const file of all) await load(file);
  if (all.length > 0) process.env[VARIABLE] = all.join(delimiter);
}

async function load(file: string): Promise<void> {
  if (!existsSync(file))
    throw new UserError(
      `--plugin ${file}: expected a module that registers strategies, found no file`,
    );
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).href);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION")
      throw new UserError(
        `--plugin ${file}: this Node can't load TypeScript; use Node 22.18 or newer, or JavaScript (.mjs)`,
      );
    if (code === "ERR_MODULE_NOT_FOUND")
      throw new UserError(
        `--plugin ${file}: ${message}; the file has to lie where fqgan's packages are found, in the checkout or ` +
          "in a project that has them installed",
      );
    throw new UserError(`--plugin ${file}: ${message}`);
  }
}
