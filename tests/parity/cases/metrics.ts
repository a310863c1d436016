import { readFileSync } from "node:fs";
import { codebookChecks } from "../metrics/codebook.js";
import { endToEndChecks } from "../metrics/end-to-end.js";
import {
  cmmdChecks,
  extrapolationChecks,
  fidChecks,
  inceptionScoreChecks,
  kidChecks,
  largeFidChecks,
  manifoldChecks,
  randomChecks,
  statisticsChecks,
} from "../metrics/features.js";
import type { Expected, Fixture } from "../metrics/fixture.js";
import { imageChecks, multiScaleChecks } from "../metrics/images.js";
import { inceptionChecks, lpipsChecks } from "../metrics/nets.js";
import { decodeChecks, quantizeChecks, resizeChecks } from "../metrics/resizing.js";
import { clipChecks, dinov2Checks } from "../metrics/vision-transformers.js";
import type { CaseKind } from "../parity-case.js";

/**
 * Metrics from stored features, logits, images and codes, which are plain arithmetic on every engine, and
 * networks with seeded weights, which take minutes eagerly.
 */
export const metrics: CaseKind = {
  kinds: ["metrics"],
  engines: ["compiled"],
  async check({ folder, file }) {
    const expected = JSON.parse(readFileSync(file, "utf8")) as Expected;
    const fixture: Fixture = { folder, expected };
    return [
      ...randomChecks(fixture),
      ...(await fidChecks(fixture)),
      ...(await statisticsChecks(fixture)),
      ...(await largeFidChecks(fixture)),
      ...(await extrapolationChecks(fixture)),
      ...(await kidChecks(fixture)),
      ...(await manifoldChecks(fixture)),
      ...(await inceptionScoreChecks(fixture)),
      ...(await cmmdChecks(fixture)),
      ...(await imageChecks(fixture)),
      ...(await multiScaleChecks(fixture)),
      ...(await resizeChecks(fixture)),
      ...(await decodeChecks(fixture)),
      ...quantizeChecks(fixture),
      ...(await codebookChecks(fixture)),
      ...(await lpipsChecks(fixture)),
      ...(await inceptionChecks(fixture)),
      ...(await endToEndChecks(fixture)),
      ...(await dinov2Checks(fixture)),
      ...(await clipChecks(fixture)),
    ];
  },
};
