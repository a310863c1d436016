import { checkGeneratorManifest, isGenerator, type Manifest } from "../generators/manifest.js";
import { type CaseKind, NotYet } from "../parity-case.js";
import { checkTokenizerManifest, isTokenizer } from "../tokenizers/manifest.js";

/** Names and shapes of the released models' weights. */
export const manifest: CaseKind = {
  kinds: ["manifest"],
  engines: ["eager"],
  async check({ meta }) {
    const golden = meta as unknown as Manifest;
    if (isGenerator(golden)) return checkGeneratorManifest(golden);
    if (isTokenizer(golden)) return checkTokenizerManifest(golden);
    throw new NotYet("manifests of other models");
  },
};
