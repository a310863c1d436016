import { readFileSync } from "node:fs";
import { codebookChecks } from "../metrics/codebook.js";
import {
  cmmdChecks,
  fidChecks,
  inceptionScoreChecks,
  kidChecks,
  largeFidChecks,
  manifoldChecks,
  randomChecks,
  statisticsChecks,
} from "../metrics/features.js";
import type { Expected, Fixture } from "../metrics/fixture.js";
import { imageChecks } from "../metrics/images.js";
import { decodeChecks, quantizeChecks, resizeChecks } from "../metrics/resizing.js";
import type { CaseKind } from "../parity-case.js";

/** Metrics from stored features, logits, images and codes: plain arithmetic, the same on every engine. */
export const metrics: CaseKind = {
  kinds: ["metrics"],
  engines: ["eager"],
  async check({ folder, file }) {
    const expected = JSON.parse(readFileSync(file, "utf8")) as Expected;
    const fixture: Fixture = { folder, expected };
    return [
      ...randomChecks(fixture),
      ...fidChecks(fixture),
      ...statisticsChecks(fixture),
      ...largeFidChecks(fixture),
      ...kidChecks(fixture),
      ...manifoldChecks(fixture),
      ...inceptionScoreChecks(fixture),
      ...cmmdChecks(fixture),
      ...(await imageChecks(fixture)),
      ...(await resizeChecks(fixture)),
      ...(await decodeChecks(fixture)),
      ...quantizeChecks(fixture),
      ...codebookChecks(fixture),
    ];
  },
};
