import { UserError } from "@fqgan/registry";
import { Hono } from "hono";
import * as z from "zod";
import { checkpointPath, FileHashes, viewCheckpoints } from "./checkpoints-view.js";
import { viewLog } from "./log-view.js";
import { Missing } from "./missing.js";

const linesSchema = z.coerce.number().int().min(1).max(2000).default(200);

/** What lies in a run's folder besides its rows and pictures: checkpoints and its log. */
export function runFileRoutes({
  runFolder,
}: {
  /** The folder of a run below the runs folder. */
  readonly runFolder: (id: string) => string;
}): Hono {
  const app = new Hono();
  const hashes = new FileHashes();
  app.get("/:id/checkpoints", (context) =>
    context.json(viewCheckpoints(runFolder(context.req.param("id")))),
  );
  app.get("/:id/checkpoints/:file/sha256", async (context) => {
    const { id, file } = context.req.param();
    const path = checkpointPath(runFolder(id), file);
    if (!path) throw new Missing(`${id}: has no checkpoint ${file}`);
    return context.json({ sha256: await hashes.of(path) });
  });
  app.get("/:id/log", (context) => {
    const lines = linesSchema.safeParse(context.req.query("lines"));
    if (!lines.success) throw new UserError(`lines: ${lines.error.issues[0]!.message}`);
    return context.json(viewLog(runFolder(context.req.param("id")), lines.data));
  });
  return app;
}
