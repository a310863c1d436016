import { checkGeneratorManifest, isGenerator, type Manifest } from "../generators/manifest.js";
import { type CaseKind, NotYet } from "../parity-case.js";

/** Names and shapes of the released models' weights. */
export const manifest: CaseKind = {
  kinds: ["manifest"],
  engines: ["eager"],
  async check({ meta }) {
    const golden = meta as unknown as Manifest;
    if (isGenerator(golden)) return checkGeneratorManifest(golden);
    throw new NotYet("manifests of tokenizers");
  },
};
