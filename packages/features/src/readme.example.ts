import { extractors, loadExtractor, loadTeacher } from "@fqgan/features";
import { createKey, hostTensor, uniform } from "@fqgan/tensor";

console.table(extractors.list().map(({ name, summary }) => ({ name, summary })));

// two images of noise, [B, S, S, 3] in [-1, 1]; any S will do
const noise = uniform(createKey(0), 2 * 32 * 32 * 3).map((u) => 2 * u - 1);
const images = hostTensor(noise, [2, 32, 32, 3]);

const judge = await loadExtractor({ name: "builtin" });
export const { features, logits } = await judge.extract(images); // [2, 64], [2, classes]
export const identity = `${judge.name} ${judge.hash}`; // stated beside every number it makes

const teacher = await loadTeacher(); // another network: a model is never judged by its teacher
export const target = await teacher.features(images); // [2, 64]
