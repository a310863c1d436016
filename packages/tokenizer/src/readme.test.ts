import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));

it("the README's example runs and says what it claims", { timeout: 300_000 }, async () => {
  const readme = await readFile(join(here, "../README.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  // Beside the source, so that packages are found by their names.
  const folder = await mkdtemp(join(here, "readme-"));
  try {
    const names = ["first", "second", "codes", "pictures", "semanticOnly", "loaded", "images"];
    const inside = example.replaceAll(
      '"tokenizer.safetensors"',
      JSON.stringify(join(folder, "tokenizer.safetensors")),
    );
    const file = join(folder, "example.ts");
    await writeFile(file, `${inside}\nexport { ${names.join(", ")} };\n`);
    const run = await import(/* @vite-ignore */ file);
    expect(run.second.loss).toBeLessThan(run.first.loss);
    expect(run.codes.visual.shape).toEqual([2, 64]);
    expect(run.codes.semantic.shape).toEqual([2, 64]);
    expect(run.pictures).toEqual(await run.loaded.reconstruct(run.images));
    expect(run.semanticOnly).not.toEqual(run.pictures);
  } finally {
    await rm(folder, { recursive: true });
  }
});
