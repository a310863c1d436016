import { UserError } from "@fqgan/registry";
import type { EngineStrategy } from "./engine.js";

/** Imports one of an engine's packages by name, which bundlers and TypeScript must not resolve. */
export async function importPackage(
  { name, packages }: Pick<EngineStrategy, "name" | "packages">,
  packageName: string,
): Promise<unknown> {
  try {
    return await import(packageName);
  } catch (error) {
    const all = Object.entries(packages).map(([each, version]) => `${each}@${version}`);
    const [reason] = (error as Error).message.split(/\n| imported from /);
    throw new UserError(
      `engine ${name}: expected the package ${packageName}, which could not be loaded (${reason}); ` +
        `run: npm install ${all.join(" ")}`,
    );
  }
}
