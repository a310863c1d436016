import { fileURLToPath } from "node:url";
import { runProgram } from "./program.js";

process.exitCode = await runProgram(process.argv.slice(2), {
  // Stages run in processes forked from this very file.
  entry: fileURLToPath(import.meta.url),
});
// Engines keep worker threads and handles that would keep this process alive.
process.exit();
