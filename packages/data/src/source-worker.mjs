/** Starts a worker written in TypeScript when the package runs from its sources; not part of the build. */
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.module);
