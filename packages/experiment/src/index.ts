export * from "./schema/index.js";
export { ClaimedError, readClaim } from "./store/claim.js";
export { DiskFullError } from "./store/disk-error.js";
export { canonicalJson, runId, type StageIdentity, slugify } from "./store/identity.js";
export { gitRevision } from "./store/provenance.js";
export * from "./store/read-run.js";
export { createRunFolder, type MediaItem, markRunFailed, RunFolder } from "./store/run-folder.js";
export * from "./store/sweep-store.js";
