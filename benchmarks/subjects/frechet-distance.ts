/** Fréchet distances from covariances: `frechet-distance.ts kept|both <dimensions>`. */
import { frechetDistance, gaussianFromCovariance, Moments } from "@fqgan/metrics";
import { createKey, fold, normal } from "@fqgan/tensor";
import { serve } from "../harness/subject.js";

const [reference, text] = process.argv.slice(2) as ["kept" | "both", string];
const dimensions = Number(text);

/** Of 1.25·D rows, a little more than make a covariance of full rank. */
function statistics(name: string) {
  const rows = Math.ceil(1.25 * dimensions);
  const data = normal(fold(createKey(0), name), rows * dimensions);
  data.forEach((value, i) => {
    data[i] = value * (0.1 + (i % dimensions) / dimensions);
  });
  const moments = new Moments();
  moments.append({ shape: [rows, dimensions], data });
  return moments.covariance();
}
const [real, fake] = [statistics("real"), statistics("fake")];
const kept = gaussianFromCovariance(real);
const step = {
  kept: () => frechetDistance(kept, gaussianFromCovariance(fake)),
  both: () => frechetDistance(gaussianFromCovariance(real), gaussianFromCovariance(fake)),
}[reference];

await serve({ description: { engine: "float64 products of ONNX Runtime", dimensions }, step });
