import { formatTable, frontierTable, readSweepRecord, type TableFormat } from "@fqgan/experiment";
import { startEngine } from "@fqgan/tensor";
import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";

/** What images cost as files that a sweep's generators write, beside what is left of them. */
export async function frontier(
  globals: Globals,
  name: string,
  options: { readonly images: number; readonly check: number; readonly format: TableFormat },
): Promise<number> {
  const record = readSweepRecord(globals.runs, name);
  await startEngine();
  const { images, check, format } = options;
  const table = await frontierTable(globals.runs, record, {
    images,
    check,
    onProgress(label, done, total) {
      if (!globals.quiet && done === total) process.stderr.write(`  ${label}: ${total} files\n`);
    },
  });
  process.stdout.write(
    globals.json ? `${JSON.stringify(table, null, 2)}\n` : `${formatTable(table, format)}\n`,
  );
  return EXIT.done;
}
