import { createKey, hostTensor, uniform } from "@fqgan/tensor";
import { createTokenizer, TokenizerTrainer, tokenizerPresetConfig } from "@fqgan/tokenizer";
import { learnedLevels } from "./learned-levels.js";

const quantizer = { name: learnedLevels.name, dimensions: 4, levels: 4 }; // 256 codes
const tokenizer = createTokenizer({
  ...tokenizerPresetConfig("vqgan-mini", { image: { size: 16 } }),
  codebooks: { visual: { quantizer, adapter: { name: "none" } } },
});

// two images of noise, [B, H, W, 3] in [-1, 1]
const noise = uniform(createKey(0), 2 * 16 * 16 * 3).map((u) => 2 * u - 1);
const images = hostTensor(noise, [2, 16, 16, 3]);

const trainer = new TokenizerTrainer(tokenizer, { key: createKey(1), learningRate: 1e-3 });
export const report = await trainer.trainStep({ images }); // { loss, "loss.visual.levels", … }
export const codes = await tokenizer.encode(images); // { visual: int32 [2, N] of 0 … 255 }
