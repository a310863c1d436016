/** One process that writes rows into its run folder and says how many have been acknowledged. */
import { writeSync } from "node:fs";
import { RunFolder } from "@fqgan/experiment";

const [path, rows] = process.argv.slice(2);
const run = await RunFolder.open(path!);
for (let step = 1; step <= Number(rows); step++) {
  run.logMetrics(step, { "train/loss": 1 / step, "train/gradientNorm": step % 7 });
  if (step % 100 === 0) writeSync(1, `${step}\n`);
}
run.markDone();
run.close();
