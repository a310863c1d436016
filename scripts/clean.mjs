/** Removes what a package's last build wrote, so that files of renamed sources are never published. */
import { rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
