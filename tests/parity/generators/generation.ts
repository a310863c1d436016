import { join } from "node:path";
import { type GenerateOptions, Sampler } from "@fqgan/ar-generator";
import type { HostTensor } from "@fqgan/tensor";
import { compareIndices } from "../compare.js";
import { type Check, readTensors } from "../parity-case.js";
import type { GenerateMeta, Subject } from "./subject.js";

const list = (value: number | readonly number[]) => [value].flat() as number[];

/** The reference's settings as ours. There guidance is off for every scale up to 1. */
function settings(golden: GenerateMeta): Omit<GenerateOptions, "classes" | "seed"> {
  const { cfg_interval: interval } = golden;
  return {
    temperature: golden.mode === "argmax" ? 0 : list(golden.temperature),
    topK: list(golden.top_k),
    topP: list(golden.top_p),
    guidance: {
      scale: list(golden.cfg_scale).map((scale) => Math.max(scale, 1)),
      // It counts from the second position and guides while i ≤ interval.
      ...(interval === undefined ? {} : { interval: [0, interval + 2] }),
    },
  };
}

/** Generated codes, code for code, by weights that may move and by weights that are part of the program. */
export async function checkGeneration(
  subject: Subject,
  wanted: (name: string) => boolean = () => true,
): Promise<Check[]> {
  return [
    ...(await checkWith(subject, "live", wanted)),
    ...(await checkWith(subject, "frozen", wanted)),
  ];
}

async function checkWith(
  subject: Subject,
  weights: "live" | "frozen",
  wanted: (name: string) => boolean,
): Promise<Check[]> {
  const { generator, meta, folder, numbered } = subject;
  const golden = readTensors(join(folder, "generate.safetensors"));
  const classes = golden.labels!.data;
  const { codebooks, positions } = generator;
  const sampler = new Sampler(generator, { batch: classes.length, weights });
  const checks: Check[] = [];
  for (const [name, options] of Object.entries(meta.generate)) {
    if (!wanted(name)) continue;
    const uniforms = golden[`${name}.u`]?.data;
    const draws = (image: number) =>
      Float64Array.from(
        { length: positions * codebooks.length },
        (_, draw) => uniforms![draw * classes.length + image]!,
      );
    const codes = await sampler.generate({
      classes,
      seed: 0,
      ...settings(options),
      ...(uniforms ? { draws } : {}),
    });
    for (const [i, codebook] of codebooks.entries()) {
      const key = golden[`${name}.${numbered("code", i)}`] ?? golden[`${name}.codes`];
      checks.push(
        compareIndices({
          name: `${name} ${codebook}, ${weights} weights`,
          actual: codes[codebook]!,
          expected: key as HostTensor,
        }),
      );
    }
  }
  sampler.dispose();
  return checks;
}
