/**
 * Trains the built-in teacher: which of a batch's names belongs to a drawing? (CLIP's objective,
 * Radford et al., arXiv 2103.00020, with a bag of words for the text tower, which is dropped afterwards.)
 *
 *   npx tsx --conditions=@fqgan/source packages/features/scripts/train-teacher.ts --out teacher.safetensors
 *
 * Google's drawings in the emoji data set's training split. The weights in this package were made by this
 * script and are frozen.
 */
import { writeFileSync } from "node:fs";
import { loadDataset, type Split } from "@fqgan/data";
import {
  compile,
  encodeSafetensors,
  fold,
  type HostTensor,
  hostTensor,
  type Key,
  nn,
  optim,
  permutation,
  randomInteger,
  readVariables,
  type Tensor,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { builtinExtractor } from "../src/builtin-extractor.js";
import { teacherNetwork } from "../src/teacher-network.js";
import { augment } from "./augment.js";
import { emojiWords } from "./emoji-words.js";
import { cosine, images, unitRows } from "./measure.js";
import { readSettings, train as runSteps } from "./training.js";

const { out, steps, batch, seed, key } = readSettings({
  out: "teacher.safetensors",
  steps: "1200",
  batch: "48",
  seed: "2",
});
const size = 64;
const dimensions = 64;

const { splits } = await loadDataset({ name: "emoji", vendor: "google", size });
const { train, validation } = splits;
const wordsOf = emojiWords();
const textOf = (split: Split, index: number) => wordsOf.get(split.ids[index]!)!;

// Words of one training emoji only teach nothing that carries over; they would just be memorised.
const uses = new Map<string, Set<string>>();
train.ids.forEach((_, i) => {
  for (const word of textOf(train, i)) {
    const identities = uses.get(word) ?? new Set();
    uses.set(word, identities.add(train.attributes.identity![i]!));
  }
});
const vocabulary = [...uses].filter(([, identities]) => identities.size >= 2).map(([word]) => word);
const wordIndex = new Map(vocabulary.map((word, i) => [word, i]));

/** Bags of words, each row with sum 1: [B, vocabulary]. */
function bags(split: Split, indices: Iterable<number>): HostTensor {
  const rows = [...indices];
  const data = new Float32Array(rows.length * vocabulary.length);
  rows.forEach((index, row) => {
    const known = textOf(split, index).flatMap((word) => wordIndex.get(word) ?? []);
    for (const word of known) data[row * vocabulary.length + word] = 1 / known.length;
  });
  return hostTensor(data, [rows.length, vocabulary.length]);
}

// A batch has at most one image of an identity: no two of its texts mean the same drawing.
const byIdentity = new Map<string, number[]>();
train.attributes.identity!.forEach((identity, i) => {
  byIdentity.set(identity, [...(byIdentity.get(identity) ?? []), i]);
});
const groups = [...byIdentity.values()];
const drawImages = (step: number) =>
  Int32Array.from(
    permutation(fold(key, "draw", step), groups.length).subarray(0, batch),
    (group) => {
      const members = groups[group]!;
      return members[randomInteger(fold(key, "member", step, group), members.length)]!;
    },
  );

/** The text tower: the mean of the words' vectors, refined by two layers. */
class TextTower extends nn.Module {
  readonly words: nn.Linear;
  readonly output: nn.Linear;

  constructor(textKey: Key) {
    super();
    const hidden = 192;
    this.words = new nn.Linear({
      inputs: vocabulary.length,
      outputs: hidden,
      init: nn.normalInit(0.5),
      key: fold(textKey, "words"),
    });
    this.output = new nn.Linear({
      inputs: hidden,
      outputs: dimensions,
      key: fold(textKey, "output"),
    });
  }

  call(bag: Tensor): Tensor {
    return this.output.call(nn.silu(this.words.call(bag)));
  }
}

const unit = (x: Tensor) => tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-6)));

const network = teacherNetwork(fold(key, "network"));
const text = new TextTower(fold(key, "text"));
const logScale = nn.parameter(Float32Array.of(Math.log(10)), []);
const variables = new Map([
  ...network.namedVariables("image"),
  ...text.namedVariables("text"),
  ["logScale", logScale] as const,
]);
const adam = new optim.Adam(variables, {
  learningRate: optim.warmupCosine(2e-3, 100, steps),
  weightDecay: 0.1,
});

const step = compile<{ images: HostTensor; bags: HostTensor; same: HostTensor }, { loss: Tensor }>(
  ({ images, bags, same }) => {
    const { value, grads } = tf.variableGrads(() => {
      const pictures = unit(network.call(images)) as Tensor2D; // [B, D]
      const sentences = unit(text.call(bags)) as Tensor2D;
      const cosines = tf.matMul(pictures, sentences, false, true); // [B, B]
      const logits = tf.mul(cosines, tf.exp(tf.minimum(logScale, Math.log(50)))) as Tensor2D;
      const byRow = tf.sum(tf.mul(tf.logSoftmax(logits), same));
      const byColumn = tf.sum(tf.mul(tf.logSoftmax(tf.transpose(logits)), same));
      return tf.div(tf.add(byRow, byColumn), -2 * batch);
    }, adam.variables);
    adam.apply(optim.clipByGlobalNorm(grads, 1).grads);
    return { loss: value };
  },
  { name: "train-teacher" },
);

const same = hostTensor(
  Float32Array.from({ length: batch * batch }, (_, i) => (i % (batch + 1) === 0 ? 1 : 0)),
  [batch, batch],
);
await runSteps(steps, async (i) => {
  const indices = drawImages(i);
  const pixels = await train.images(indices);
  const made = await step({
    images: hostTensor(augment(pixels, size, fold(key, "augment", i)), [batch, size, size, 3]),
    bags: bags(train, indices),
    same,
  });
  adam.advance();
  return made;
});
step.dispose();

const teacher = builtinExtractor({
  name: "teacher",
  hash: "",
  dimensions,
  call: (x) => ({ features: network.call(x) }),
  dispose: () => {},
});
const pictures = unitRows(await teacher.features(await images(validation)));
const encode = compile<{ bags: HostTensor }, { sentences: Tensor }>(
  ({ bags }) => ({ sentences: text.call(bags) }),
  { name: "encode-text" },
);
const { sentences } = await encode({
  bags: bags(
    validation,
    validation.ids.map((_, i) => i),
  ),
});
const texts = unitRows(sentences);
const identities = validation.attributes.identity!;

/** Share of held-out drawings whose identity's name is among the `best` nearest identities' names. */
function retrieval(best: number): number {
  const right = pictures.filter((picture, i) => {
    const nearest = new Map<string, number>();
    texts.forEach((sentence, j) => {
      const name = identities[j]!;
      nearest.set(name, Math.max(nearest.get(name) ?? -1, cosine(picture, sentence)));
    });
    const ranked = [...nearest].sort((a, b) => b[1] - a[1]).slice(0, best);
    return ranked.some(([name]) => name === identities[i]);
  });
  return right.length / pictures.length;
}

/** Share of held-out drawings whose value most of the 5 nearest training drawings have. */
async function neighbourAccuracy(valuesOf: (split: Split) => ArrayLike<unknown>): Promise<number> {
  const references = unitRows(await teacher.features(await images(train)));
  const [known, wanted] = [valuesOf(train), valuesOf(validation)];
  const right = pictures.filter((picture, i) => {
    const nearest = references
      .map((reference, j) => ({ value: known[j], similarity: cosine(picture, reference) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 5);
    const votes = new Map<unknown, number>();
    for (const { value } of nearest) votes.set(value, (votes.get(value) ?? 0) + 1);
    const [winner] = [...votes].sort((a, b) => b[1] - a[1])[0]!;
    return winner === wanted[i];
  });
  return right.length / pictures.length;
}

const measured = {
  validationIdentities: new Set(identities).size,
  retrievalTop1: retrieval(1),
  retrievalTop5: retrieval(5),
  neighbourClass: await neighbourAccuracy((split) => split.labels),
  neighbourSubcategory: await neighbourAccuracy((split) => split.attributes.subcategory!),
};
const metadata = {
  name: "builtin-teacher-v1",
  steps: String(steps),
  batch: String(batch),
  seed,
  measured: JSON.stringify(measured),
};
const tensors = await readVariables(network.namedVariables());
writeFileSync(out, encodeSafetensors({ tensors, metadata }));
console.log(JSON.stringify({ parameters: network.parameterCount(), ...measured }, null, 2));
