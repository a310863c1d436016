import { importGenerator, Sampler } from "@fqgan/ar-generator";
import { loadTensors, openFile, openPytorch, type PytorchValue } from "@fqgan/tensor";
import { loadTokenizer } from "@fqgan/tokenizer";

/** Images of a published generator: its codes, drawn and decoded. [B, H, W, 3] in [-1, 1] */
export async function sampleFar(generatorFile: string, tokenizerFile: string, classes: number[]) {
  const tokenizer = await loadTokenizer(tokenizerFile);
  const file = await openFile(generatorFile, "a generator's checkpoint");
  try {
    const content = (await openPytorch(file, generatorFile)) as Record<string, PytorchValue>;
    const tensors = await loadTensors(content.ema ?? content.model ?? content);
    const grid = tokenizer.grid; // the weights don't tell rows and columns, nor the heads of narrow models
    const generator = importGenerator(tensors, { grid }, generatorFile);
    const sampler = new Sampler(generator, { batch: classes.length, weights: "frozen" });
    const codes = await sampler.generate({ classes, seed: 0, guidance: { scale: 2 } });
    return { codes, pictures: await tokenizer.decode(codes), generator };
  } finally {
    await file.close();
  }
}
