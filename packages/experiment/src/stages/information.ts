import { join } from "node:path";
import { type Generator, GeneratorEvaluator } from "@fqgan/ar-generator";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import { pictureGrid } from "../media/grid.js";
import { heatMap } from "../media/heat-map.js";
import type { Summary } from "../schema/run-format.js";
import { writeFileAtomic } from "../store/atomic-file.js";
import { type CodesFile, codesBatch } from "./codes-file.js";
import type { StageContext } from "./stage.js";

/** Side of a map in a run's pictures, pixels. */
const SIDE = 128;
/** White is at least this many nats: rounding errors of independent sub-codes stay black. */
const LEAST_WHITE = 0.1;
/** Images at once: a codebook's map needs a row of probabilities for each of their positions. */
const BATCH = 16;

/**
 * What a position's earlier sub-codes tell about each later one beyond the context, measured on held-out
 * codes: heads that draw sub-codes independently must fail where this is large. Its mean goes into the
 * summary, the map into `information.json` and the run's pictures.
 */
export async function recordInformation(
  { config, run }: Pick<StageContext<GeneratorStageConfig>, "config" | "run">,
  { generator, codes }: { readonly generator: Generator; readonly codes: CodesFile },
): Promise<Summary> {
  const split = codes.splits.test!;
  const [, ...later] = generator.codebooks;
  const wanted = Math.min(config.evaluate.informationImages, split.labels.shape[0]!);
  const size = Math.min(BATCH, wanted);
  if (later.length === 0 || size === 0) return { metrics: {}, protocols: {} };
  // Batches have one shape: what does not fill the last is left out.
  const batches = Math.floor(wanted / size);
  const evaluator = new GeneratorEvaluator(generator);
  const maps = new Map(later.map((name) => [name, new Float64Array(generator.positions)]));
  for (let batch = 0; batch < batches; batch++) {
    const rows = Array.from({ length: size }, (_, i) => batch * size + i);
    const found = await evaluator.subCodeInformation(codesBatch(split, rows), { seed: batch });
    for (const [name, map] of maps)
      for (let t = 0; t < map.length; t++) map[t]! += found[name]![t]! / batches;
  }
  evaluator.dispose();
  const content = Object.fromEntries([...maps].map(([name, map]) => [name, [...map]]));
  writeFileAtomic(
    join(run.path, "information.json"),
    JSON.stringify({ unit: "nats", grid: codes.grid, maps: content }),
  );
  const most = Math.max(LEAST_WHITE, ...[...maps.values()].flatMap((map) => [...map]));
  for (const [codebook, map] of maps)
    run.logMedia(
      await pictureGrid([heatMap(map, { grid: codes.grid, side: SIDE, most })], {
        name: `information-${codebook}`,
        kind: "information",
        step: config.train.steps,
        codebook,
        columns: 1,
        caption:
          `what earlier sub-codes tell about ${codebook} beyond the context: ` +
          `mean ${mean(map).toFixed(2)}, white ${most.toFixed(2)} nats`,
      }),
    );
  const images = batches * size;
  const measured = [...maps].map(([name, map]) => [`test/information.${name}`, mean(map)] as const);
  const protocol = { split: "test", images, set: `test ${images}`, unit: "nats a sub-code" };
  return {
    metrics: Object.fromEntries(measured),
    protocols: Object.fromEntries(measured.map(([name]) => [name, protocol])),
  };
}

const mean = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
