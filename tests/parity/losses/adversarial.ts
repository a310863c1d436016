import { disentanglementLoss, softChoiceEntropies } from "@fqgan/quantizer";
import {
  createKey,
  type HostTensor,
  nn,
  type Scalar,
  type Tensor,
  type Tensor2D,
  tf,
  writeVariables,
} from "@fqgan/tensor";
import {
  adversarialObjectives,
  adversarialWeight,
  balances,
  discriminators,
  fromTorch,
  patchDiscriminatorWeights,
  representationLoss,
} from "@fqgan/tokenizer";
import { compareGradients, compareScalars, compareTensors } from "../compare.js";
import type { Check, Engine } from "../parity-case.js";
import { runProgram } from "../run-program.js";
import { channelsLast } from "../tokenizers/golden.js";

type Tensors = Readonly<Record<string, HostTensor>>;

/** A loss of named tensors with its gradients, once. */
async function lossAndGradients(options: {
  readonly engine: Engine;
  readonly inputs: Tensors;
  /** Those of the inputs whose gradients are wanted. */
  readonly of: readonly string[];
  readonly loss: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
}): Promise<{ value: number; gradients: Tensors }> {
  const { engine, inputs, of, loss } = options;
  const { value, gradients } = await runProgram({
    engine,
    inputs: { ...inputs } as Record<string, HostTensor>,
    program: (given) => {
      const found = tf.valueAndGrads((...chosen: Tensor[]) =>
        loss({ ...given, ...Object.fromEntries(of.map((name, i) => [name, chosen[i]!])) }),
      )(of.map((name) => given[name]!));
      const named = of.map((name, i) => [name, found.grads[i]!] as const);
      return { value: found.value, gradients: Object.fromEntries(named) };
    },
  });
  return { value: value.data[0]!, gradients: gradients as Tensors };
}

/** What both players minimise by the names of the reference's functions. */
const objectives = { hinge: "hinge", vanilla: "vanilla", non_saturating: "non-saturating-swapped" };

export async function checkAdversarial(options: {
  readonly tensors: Tensors;
  readonly meta: Readonly<Record<string, number>> & {
    readonly adopt_weight?: readonly (readonly [number, number])[];
  };
  readonly engine: Engine;
}): Promise<Check[]> {
  const { tensors, meta, engine } = options;
  const checks: Check[] = [];
  const inputs = { real: tensors.logits_real!, fake: tensors.logits_fake! };
  for (const [reference, name] of Object.entries(objectives)) {
    const objective = adversarialObjectives.get(name);
    const players = {
      [`${reference}_d_loss`]: ({ real, fake }: Readonly<Record<string, Tensor>>) =>
        objective.discriminator(real!, fake!),
      [`${reference}_gen_loss`]: ({ fake }: Readonly<Record<string, Tensor>>) =>
        objective.generator(fake!),
    };
    for (const [player, loss] of Object.entries(players)) {
      const expected = meta[player];
      if (expected === undefined) continue;
      const of = ["real", "fake"].filter((side) => tensors[`${player}.grad_${side}`]);
      const found = await lossAndGradients({ engine, inputs, of, loss });
      checks.push(
        compareScalars({ name: player, actual: found.value, expected }),
        ...of.map((side) =>
          compareGradients({
            name: `${player}: gradient of ${side} logits`,
            actual: found.gradients[side]!,
            expected: tensors[`${player}.grad_${side}`]!,
          }),
        ),
      );
    }
  }
  // The threshold is the first step whose weight is not 0.
  const weights = meta.adopt_weight ?? [];
  const first = weights.find(([, weight]) => weight > 0);
  for (const [step, expected] of weights) {
    const config = { weight: first?.[1] ?? 0, startStep: first?.[0] ?? 0 };
    const actual = adversarialWeight(config, step);
    checks.push(compareScalars({ name: `weight at step ${step}`, actual, expected }));
  }
  return checks;
}

/** The weight by gradients at the decoder's last kernel: a convolution, judged by a small PatchGAN. */
export async function checkAdaptiveWeight(options: {
  readonly tensors: Tensors;
  readonly meta: { readonly value: number; readonly nll: number; readonly g_loss: number };
  readonly engine: Engine;
}): Promise<Check[]> {
  const { tensors, meta, engine } = options;
  const judge = patchOf(
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith("disc.") ? [[name.slice("disc.".length), tensor]] : [],
      ),
    ),
  );
  const [outputs, inputs, side] = tensors["last.weight"]!.shape as [number, number, number];
  const last = new nn.Conv2d({ inputs, outputs, kernel: side, key: createKey(0) });
  const weights = {
    kernel: fromTorch("kernel", tensors["last.weight"]!, 4),
    bias: tensors["last.bias"]!,
  };
  writeVariables(last.namedVariables(), weights, "last");
  const { kernel } = last;
  const result = await runProgram({
    engine,
    inputs: { h: channelsLast(tensors.h!), target: channelsLast(tensors.target!) },
    program: ({ h, target }) => {
      const found: Record<string, Tensor> = {};
      tf.variableGrads(() => {
        const reconstruction = last.call(h);
        const faithful = tf.mean(tf.squaredDifference(reconstruction, target)) as Scalar;
        const adversarial = adversarialObjectives
          .get("hinge")
          .generator(judge.call(reconstruction, { training: true }));
        const slope = (loss: Scalar) =>
          tf.variableGrads(() => loss, [kernel]).grads[kernel.name] as Tensor;
        const results = {
          reconstruction,
          faithful,
          adversarial,
          ofFaithful: slope(faithful),
          ofAdversarial: slope(adversarial),
          weight: balances.adaptive({ faithful, adversarial, lastKernel: kernel }) as Scalar,
        };
        for (const [name, tensor] of Object.entries(results)) found[name] = tf.keep(tensor);
        return faithful;
      }, [kernel]);
      return found;
    },
  });
  judge.dispose();
  last.dispose();
  const number = (name: string, actual: string, expected: number) =>
    compareScalars({ name, actual: result[actual]!.data[0]!, expected });
  const gradient = (name: string, actual: string, expected: HostTensor) =>
    compareGradients({
      name,
      actual: result[actual]!,
      expected: fromTorch("kernel", expected, 4),
    });
  return [
    compareTensors({
      name: "adaptive weight: reconstruction",
      actual: result.reconstruction!,
      expected: channelsLast(tensors.rec!),
    }),
    number("adaptive weight: reconstruction loss", "faithful", meta.nll),
    number("adaptive weight: adversarial loss", "adversarial", meta.g_loss),
    gradient("adaptive weight: its first gradient", "ofFaithful", tensors.grad_nll!),
    gradient("adaptive weight: its second gradient", "ofAdversarial", tensors.grad_g!),
    number("adaptive weight", "weight", meta.value),
  ];
}

function patchOf(weights: Tensors) {
  const layers = Object.values(weights).filter(({ shape }) => shape.length === 4).length - 2;
  const [channels, imageChannels] = weights["main.0.weight"]!.shape as [number, number];
  const { strategy, config } = discriminators.parse({ name: "patch", channels, layers });
  const judge = strategy.create(config, { imageChannels, imageSize: 0, key: createKey(0) });
  writeVariables(judge.namedVariables(), patchDiscriminatorWeights(weights), "disc");
  return judge;
}

/** InfoNCE of the class row of predicted features against each kind of tower. */
export async function checkRepresentation(options: {
  readonly tensors: Tensors;
  readonly meta: Readonly<Record<string, { readonly loss: number } | string>>;
  readonly engine: Engine;
}): Promise<Check[]> {
  const { tensors, meta, engine } = options;
  const checks: Check[] = [];
  for (const [tower, golden] of Object.entries(meta)) {
    if (typeof golden === "string") continue;
    const target = tensors[`${tower}.visual_feat`]!;
    const { value, gradients } = await lossAndGradients({
      engine,
      inputs: {
        rows: tensors[`${tower}.semantic_feat`]!,
        // [B, 1, F] or [B, F]
        target: { ...target, shape: [target.shape[0]!, target.shape.at(-1)!] },
      },
      of: ["rows"],
      loss: ({ rows, target }) =>
        representationLoss(tf.squeeze(tf.slice(rows!, [0, 0, 0], [-1, 1, -1]), [1]), target!),
    });
    checks.push(
      compareScalars({ name: `InfoNCE of ${tower}`, actual: value, expected: golden.loss }),
      compareGradients({
        name: `InfoNCE of ${tower}: gradient`,
        actual: gradients.rows!,
        expected: tensors[`${tower}.grad_semantic_feat`]!,
      }),
    );
  }
  return checks;
}

/** [B, C, H, W] → [B·H·W, C] */
const asRows = (maps: Tensor): Tensor2D => {
  const last = tf.transpose(maps, [0, 2, 3, 1]);
  return tf.reshape(last, [-1, maps.shape[1]!]) as Tensor2D;
};

/** FQGAN's weight, which its function applies itself. */
const DISENTANGLEMENT = 0.1;
const TEMPERATURE = 0.01;

export async function checkRegularisers(options: {
  readonly tensors: Tensors;
  readonly meta: { readonly entropy_loss: number; readonly disentangle_loss: number };
  readonly engine: Engine;
}): Promise<Check[]> {
  const { tensors, meta, engine } = options;
  const entropy = await lossAndGradients({
    engine,
    inputs: { affinity: tensors.affinity! },
    of: ["affinity"],
    loss({ affinity }) {
      const { sample, batch } = softChoiceEntropies(tf.div(affinity!, TEMPERATURE) as Tensor2D);
      return tf.sub(sample, batch);
    },
  });
  const disentanglement = await lossAndGradients({
    engine,
    inputs: { a: tensors["dis.a"]!, b: tensors["dis.b"]! },
    of: ["a", "b"],
    loss: ({ a, b }) => disentanglementLoss({ a: asRows(a!), b: asRows(b!) }, DISENTANGLEMENT),
  });
  return [
    compareScalars({ name: "entropy", actual: entropy.value, expected: meta.entropy_loss }),
    compareGradients({
      name: "entropy: gradient",
      actual: entropy.gradients.affinity!,
      expected: tensors["entropy.grad_affinity"]!,
    }),
    compareScalars({
      name: "disentanglement",
      actual: disentanglement.value,
      expected: meta.disentangle_loss,
    }),
    ...["a", "b"].map((name) =>
      compareGradients({
        name: `disentanglement: gradient of ${name}`,
        actual: disentanglement.gradients[name]!,
        expected: tensors[`dis.grad_${name}`]!,
      }),
    ),
  ];
}
