import { fileURLToPath } from "node:url";
import { runProgram } from "./program.js";

// `fqgan list runs | head` closes the pipe early: nobody listens any more, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), {
  // Stages run in processes forked from this very file.
  entry: fileURLToPath(import.meta.url),
});
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
// Engines keep worker threads and handles that would keep this process alive.
process.exit();
