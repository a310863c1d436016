import {
  codebooksOf,
  codeLoss,
  createGenerator,
  type Generator,
  type GeneratorInput,
  presetConfig,
  Sampler,
  weightNames,
} from "@fqgan/ar-generator";
import { type HostTensor, hostTensor, transposeHost, writeVariables } from "@fqgan/tensor";
import { compareIndices, compareScalars, compareTensors } from "../compare.js";
import { filledWeight } from "../fill.js";
import { euclidean } from "../generators/norm.js";
import { type CaseKind, type Check, readTensors } from "../parity-case.js";
import { runProgram } from "../run-program.js";

interface FullMeta {
  readonly labels: readonly number[];
  readonly loss: number;
  readonly generate_argmax_cfg2_first4: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** `loss_1`, `argmax_1`, `logits_1: { l2, absmax }` … */
  readonly [numbered: string]: unknown;
}

/** The full-size models by the name of their case. */
const presets: Readonly<Record<string, readonly [preset: string, codebooks: readonly string[]]>> = {
  "far-b-dual": ["far-base", ["visual", "semantic"]],
  "far-b-triple": ["far-base", ["visual", "semanticMid", "semanticHigh"]],
  "far-l-dual": ["far-large", ["visual", "semantic"]],
  "far-l-triple": ["far-large", ["visual", "semanticMid", "semanticHigh"]],
};

/** A full-size FAR whose weights follow the fixtures' rule. */
function filledGenerator(id: string): Generator {
  const known = presets[id.split("/")[1]!];
  if (!known) throw new Error(`${id}: expected one of ${Object.keys(presets).join(", ")}`);
  const [preset, codebooks] = known;
  const base = presetConfig(preset) as GeneratorInput;
  const sizes = codebooks.map((name) => [name, base.vocabularies.visual!] as const);
  const generator = createGenerator({ ...base, vocabularies: Object.fromEntries(sizes) });
  const variables = generator.namedVariables();
  // One at a time: all of them twice would be several gigabytes.
  for (const { reference, own, shape, transposed } of weightNames(generator.config, "far")) {
    const weight = filledWeight(reference, shape);
    const value = transposed ? transposeHost(weight) : weight;
    writeVariables(new Map([[own, variables.get(own)!]]), { [own]: value }, id);
  }
  return generator;
}

/** FAR at its real size with weights made by a rule: teacher forcing, and a few positions drawn. */
export const generatorFull: CaseKind = {
  kinds: ["generator-full"],
  engines: ["compiled"],
  async check({ id, file, meta }, engine) {
    const golden = meta as unknown as FullMeta;
    const tensors = readTensors(file.replace(/\.json$/, ".safetensors"));
    const generator = filledGenerator(id);
    const { positions, config } = generator;
    const names = codebooksOf(config);
    const codes = Object.fromEntries(
      names.map((name, j) => {
        const size = config.vocabularies[name]!;
        const values = Int32Array.from(
          { length: positions },
          (_, t) => (t * (7919 + 104 * j) + 13 * j + 5) % size,
        );
        return [name, hostTensor(values, [1, positions])];
      }),
    );
    const { logits, loss, parts } = await runProgram({
      engine,
      inputs: { codes, labels: hostTensor(Int32Array.from(golden.labels)) },
      program: (fed) => {
        const predicted = generator.logits(fed.labels, fed.codes);
        return { logits: predicted, ...codeLoss(predicted, fed.codes) };
      },
    });
    const scalar = (name: string, actual: HostTensor, expected: number) =>
      compareScalars({ name, actual: actual.data[0]!, expected });
    const checks: Check[] = [scalar("loss", loss, golden.loss)];
    for (const [j, name] of names.entries()) {
      const numbered = (stem: string) => `${stem}_${j + 1}`;
      const all = logits[name]!;
      checks.push(
        scalar(`loss.${name}`, parts[name]!, golden[numbered("loss")] as number),
        compareTensors({
          name: `logits.${name}`,
          actual: corner(all, tensors.positions!, tensors[numbered("logits")]!),
          expected: tensors[numbered("logits")]!,
        }),
        compareScalars({
          name: `‖logits.${name}‖`,
          actual: euclidean(all.data),
          expected: (golden[numbered("logits")] as { l2: number }).l2,
        }),
        compareIndices({
          name: `argmax.${name}`,
          actual: largest(all),
          expected: hostTensor(Int32Array.from(golden[numbered("argmax")] as number[])),
        }),
      );
    }
    checks.push(...(await checkFirstPositions(generator, golden)));
    generator.dispose();
    return checks;
  },
};

async function checkFirstPositions(generator: Generator, golden: FullMeta): Promise<Check[]> {
  const expected = golden.generate_argmax_cfg2_first4;
  const names = generator.codebooks;
  const sampler = new Sampler(generator, { batch: golden.labels.length });
  const guidance = { scale: 2 };
  const options = { classes: golden.labels, seed: 0, temperature: 0, guidance };
  const count = expected.code_1![0]!.length;
  const drawn = names.map(() => new Int32Array(count));
  for await (const { position, codes } of sampler.stream(options)) {
    for (const [j, name] of names.entries()) drawn[j]![position] = codes[name]![0]!;
    if (position === count - 1) break;
  }
  sampler.dispose();
  return names.map((name, j) =>
    compareIndices({
      name: `greedy ${name}`,
      actual: hostTensor(drawn[j]!),
      expected: hostTensor(Int32Array.from(expected[`code_${j + 1}`]![0]!)),
    }),
  );
}

/** Rows at `positions` of logits [1, N, size], their first codes, as many as `like` has. */
function corner({ data, shape }: HostTensor, positions: HostTensor, like: HostTensor): HostTensor {
  const size = shape[2]!;
  const width = like.shape[1]!;
  const values = new Float32Array(like.data.length);
  for (const [row, position] of Array.from(positions.data).entries())
    values.set(data.subarray(position * size, position * size + width), row * width);
  return hostTensor(values, like.shape);
}

/** The most likely code of each position of logits [1, N, size]. */
function largest({ data, shape }: HostTensor): HostTensor {
  const [, count, size] = shape as [number, number, number];
  const best = new Int32Array(count);
  for (let position = 0; position < count; position++) {
    const row = data.subarray(position * size, (position + 1) * size);
    for (let code = 1; code < size; code++)
      if (row[code]! > row[best[position]!]!) best[position] = code;
  }
  return hostTensor(best);
}
