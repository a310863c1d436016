/**
 * Trains the built-in judge: which of about a hundred subcategories does a drawing belong to?
 *
 *   npx tsx --conditions=@fqgan/source packages/features/scripts/train-judge.ts --out judge.safetensors
 *
 * Twitter's drawings of the identities in the emoji data set's training split; Google's are never seen.
 * The weights in this package were made by this script and are frozen: retraining voids every number
 * measured with them.
 */
import { writeFileSync } from "node:fs";
import { loadDataset, type Split } from "@fqgan/data";
import {
  compile,
  encodeSafetensors,
  fold,
  type HostTensor,
  hostTensor,
  optim,
  readVariables,
  type Tensor,
  type Tensor2D,
  tf,
  uniform53,
} from "@fqgan/tensor";
import { builtinExtractor } from "../src/builtin-extractor.js";
import { JudgeNetwork } from "../src/judge-network.js";
import { augment } from "./augment.js";
import { accuracy, images } from "./measure.js";
import { readSettings, train as runSteps } from "./training.js";

const { out, steps, batch, seed, key } = readSettings({
  out: "judge.safetensors",
  steps: "3500",
  batch: "32",
  seed: "1",
});
const size = 64;

const twitter = await loadDataset({ name: "emoji", vendor: "twitter", size });
const google = await loadDataset({ name: "emoji", vendor: "google", size });
const { train } = twitter.splits;
const subcategories = (split: Split) => split.attributes.subcategory!;
const classes = [...new Set(subcategories(train))].sort();
const labelsOf = (split: Split) =>
  Int32Array.from(subcategories(split), (name) => classes.indexOf(name));
const labels = labelsOf(train);

// People in six skin tones fill the largest subcategories: a class is drawn by the root of its size.
const counts = classes.map((_, c) => labels.reduce((sum, label) => sum + Number(label === c), 0));
const cumulative = new Float64Array(labels.length);
let total = 0;
labels.forEach((label, i) => {
  total += 1 / Math.sqrt(counts[label]!);
  cumulative[i] = total;
});
const drawImages = (step: number) =>
  Int32Array.from(uniform53(fold(key, "draw", step), batch), (u) => {
    const found = cumulative.findIndex((upTo) => upTo > u * total);
    return found === -1 ? cumulative.length - 1 : found;
  });

const network = new JudgeNetwork({ classes: classes.length, key: fold(key, "network") });
const variables = network.namedVariables();
const adam = new optim.Adam(variables, {
  learningRate: optim.warmupCosine(3e-3, 100, steps),
  weightDecay: 0.05,
});
const step = compile<{ images: HostTensor; targets: HostTensor }, { loss: Tensor }>(
  ({ images, targets }) => {
    const { value, grads } = tf.variableGrads(() => {
      const { logits } = network.call(images);
      const logProbabilities = tf.logSoftmax(logits as Tensor2D); // [B, classes]
      return tf.neg(tf.mean(tf.sum(tf.mul(logProbabilities, targets), 1)));
    }, adam.variables);
    adam.apply(optim.clipByGlobalNorm(grads, 1).grads);
    return { loss: value };
  },
  { name: "train-judge" },
);

await runSteps(steps, async (i) => {
  const indices = drawImages(i);
  const targets = new Float32Array(batch * classes.length); // one-hot rows
  indices.forEach((index, row) => {
    targets[row * classes.length + labels[index]!] = 1;
  });
  const pixels = await train.images(indices);
  const made = await step({
    images: hostTensor(augment(pixels, size, fold(key, "augment", i)), [batch, size, size, 3]),
    targets: hostTensor(targets, [batch, classes.length]),
  });
  adam.advance();
  return made;
});
step.dispose();

const judge = builtinExtractor({
  name: "judge",
  hash: "",
  dimensions: 64,
  classes,
  call: (x) => network.call(x),
  dispose: () => {},
});
const measured: Record<string, number> = {};
for (const [name, split] of Object.entries({
  twitterTrain: train,
  twitterValidation: twitter.splits.validation,
  twitterTest: twitter.splits.test,
  googleTrain: google.splits.train,
  googleValidation: google.splits.validation,
})) {
  const { logits } = await judge.extract(await images(split));
  measured[name] = accuracy(logits!, labelsOf(split));
}
const metadata = {
  name: "builtin-64-v1",
  classes: JSON.stringify(classes),
  steps: String(steps),
  batch: String(batch),
  seed,
  accuracy: JSON.stringify(measured),
};
writeFileSync(out, encodeSafetensors({ tensors: await readVariables(variables), metadata }));
console.log(JSON.stringify({ parameters: network.parameterCount(), accuracy: measured }, null, 2));
