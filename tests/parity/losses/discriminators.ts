import {
  createKey,
  type HostTensor,
  type Tensor,
  type Tensor4D,
  tf,
  writeVariables,
} from "@fqgan/tensor";
import {
  discriminators,
  patchDiscriminatorWeights,
  styleDiscriminatorWeights,
} from "@fqgan/tokenizer";
import { compareGradients, compareTensors } from "../compare.js";
import type { Check, Engine } from "../parity-case.js";
import { runProgram } from "../run-program.js";
import { channelsLast } from "../tokenizers/golden.js";

type Tensors = Readonly<Record<string, HostTensor>>;
type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

interface Kind {
  readonly name: string;
  /** Our config of the discriminator that has these weights. */
  options(shapes: Shapes): object;
  weights(tensors: Tensors): Record<string, HostTensor>;
}

const patch: Kind = {
  name: "patch",
  options: (shapes) => ({
    channels: shapes["main.0.weight"]!.shape[0],
    // Without the first convolution's and the last two, which keep the resolution.
    layers: Object.values(shapes).filter(({ shape }) => shape.length === 4).length - 2,
  }),
  weights: patchDiscriminatorWeights,
};

const style: Kind = {
  name: "style",
  options(shapes) {
    const widthOf = (name: string) => shapes[name]!.shape[0]!;
    const blocks = Object.keys(shapes).flatMap((name) =>
      name.endsWith(".conv_res.weight") ? [widthOf(name)] : [],
    );
    return { widths: [widthOf("blocks.0.weight"), ...blocks] };
  },
  weights: styleDiscriminatorWeights,
};

function build({ name, options }: Kind, shapes: Shapes, imageSize: number) {
  const { strategy, config } = discriminators.parse({ name, ...options(shapes) });
  const imageChannels = shapes[name === "patch" ? "main.0.weight" : "blocks.0.weight"]!.shape[1]!;
  return strategy.create(config, { imageChannels, imageSize, key: createKey(0) });
}

/** Its logits, in PyTorch's order. */
const inTheirOrder = (logits: Tensor): Tensor =>
  logits.rank === 4 ? tf.transpose(logits, [0, 3, 1, 2]) : logits;

export interface DiscriminatorCase {
  readonly tensors: Tensors;
  readonly engine: Engine;
  /** The reference's own float32-against-float64 difference. */
  readonly referenceError: number;
}

export const checkPatch = (golden: DiscriminatorCase): Promise<Check[]> =>
  checkDiscriminator(patch, golden);
export const checkStyle = (golden: DiscriminatorCase): Promise<Check[]> =>
  checkDiscriminator(style, golden);

async function checkDiscriminator(
  kind: Kind,
  { tensors, engine, referenceError }: DiscriminatorCase,
): Promise<Check[]> {
  const part = (prefix: string): Tensors =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
      ),
    );
  const state = part("state.");
  const input = channelsLast(tensors.input!);
  const judge = build(kind, state, input.shape[1]!);
  const variables = judge.namedVariables();
  writeVariables(variables, kind.weights(state), "state");

  const evaluated = await runProgram({
    engine,
    inputs: { images: input },
    program: ({ images }) => ({ logits: inTheirOrder(judge.call(images, { training: false })) }),
  });
  const weights = kind.weights(part("grad."));
  const trained = await runProgram({
    engine,
    inputs: { images: input, probe: tensors.probe! },
    program: ({ images, probe }) => {
      let logits: Tensor | undefined;
      const moved = Object.keys(weights).map((name) => variables.get(name)!);
      const x = images as Tensor4D;
      const gradients = tf.grads((given: Tensor, ..._: Tensor[]) => {
        logits = tf.keep(inTheirOrder(judge.call(given, { training: true })));
        return tf.sum(tf.mul(logits, probe));
      })([x, ...(moved as unknown as Tensor[])]);
      const [input, ...own] = gradients;
      const named = Object.keys(weights).map((name, i) => [name, own[i]!] as const);
      const ofWeights: Record<string, Tensor> = Object.fromEntries(named);
      return { logits: logits!, input: input!, weights: ofWeights };
    },
  });
  const golden = tensors.logits_eval ?? tensors.logits!;
  const checks = [
    compareTensors({
      name: `${kind.name}: logits`,
      actual: evaluated.logits,
      expected: golden,
      referenceError,
    }),
    compareTensors({
      name: `${kind.name}: logits in training`,
      actual: trained.logits,
      expected: tensors.logits_train ?? golden,
      referenceError,
    }),
    compareGradients({
      name: `${kind.name}: gradient of the images`,
      actual: trained.input,
      expected: channelsLast(tensors.grad_input!),
    }),
    ...Object.entries(weights).map(([name, expected]) =>
      compareGradients({
        name: `${kind.name}: gradient of ${name}`,
        actual: trained.weights[name]!,
        expected,
      }),
    ),
    ...Object.entries(kind.weights(part("state_after."))).map(([name, expected]) => {
      const { shape, dtype } = variables.get(name)!;
      const actual = {
        dtype: dtype as "float32",
        shape,
        data: variables.get(name)!.dataSync<"float32">(),
      };
      return compareTensors({ name: `${kind.name}: ${name} afterwards`, actual, expected });
    }),
  ];
  judge.dispose();
  return checks;
}

export interface DiscriminatorManifest {
  readonly param_count: number;
  readonly entries: readonly {
    readonly key: string;
    readonly shape: readonly number[];
    readonly kind: string;
  }[];
}

/** Every weight of a discriminator of published size has its place, and there are no others. */
export function checkDiscriminatorManifest(
  manifest: DiscriminatorManifest,
  imageSize: number,
): Check[] {
  const kind = manifest.entries.some(({ key }) => key.startsWith("main.")) ? patch : style;
  const shapes = Object.fromEntries(manifest.entries.map(({ key, shape }) => [key, { shape }]));
  const zeros = Object.entries(shapes).map(([key, { shape }]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return [key, { dtype: "float32", shape, data: new Float32Array(size) }] as const;
  });
  const judge = build(kind, shapes, imageSize);
  const expected = Object.entries(kind.weights(Object.fromEntries(zeros)));
  const variables = judge.namedVariables();
  const misfits = expected.filter(
    ([name, { shape }]) => `${variables.get(name)?.shape}` !== `${shape}`,
  );
  const counts = {
    "weights without a place": misfits.length,
    "weights more or fewer": variables.size - expected.length,
    "parameters more or fewer": judge.parameterCount() - manifest.param_count,
  };
  judge.dispose();
  return Object.entries(counts).map(([name, count]) => ({
    name: `${kind.name} at full size: ${name}`,
    error: Math.abs(count),
    tolerance: 0,
  }));
}
