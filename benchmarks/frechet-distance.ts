/**
 * The Fréchet distance of two Gaussians with full 2048-d covariances (`--dimensions`): ours, from both
 * covariances and with the reference's factor kept, beside scipy's sqrtm (as pytorch-fid calls it) and
 * numpy's Cholesky with eigvalsh. Needs scipy: Debian's python3-scipy, or any python3 that has it.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Benchmark, nodeSubject, option } from "./harness/benchmark.js";

const dimensions = option("dimensions", "2048");
const script = fileURLToPath(new URL("pytorch/frechet_distance.py", import.meta.url));
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import numpy, scipy.linalg"]).status === 0,
);
const twins = ["numpy", "scipy"].flatMap((route) =>
  python === undefined
    ? []
    : [{ name: route, command: [python, script, route, dimensions] as [string, ...string[]] }],
);

export const benchmark: Benchmark = {
  title: `Fréchet distance, D = ${dimensions}`,
  subjects: [
    nodeSubject("ours, reference kept", "subjects/frechet-distance.ts", "kept", dimensions),
    nodeSubject("ours", "subjects/frechet-distance.ts", "both", dimensions),
    ...twins,
  ],
  rounds: 5,
  warmUp: 1,
  conclude: () =>
    python === undefined
      ? "scipy is not there: install python3-scipy to compare"
      : "numpy: Cholesky of one side and eigvalsh of the product; scipy: sqrtm of S₁S₂",
};
