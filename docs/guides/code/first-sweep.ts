import { defineSweep } from "@fqgan/experiment";

const sizes = [64, 128, 256, 512];

export default defineSweep({
  name: "sizes",
  title: "How large a codebook",
  base: "emoji-mini",
  seeds: [0, 1, 2],
  axes: {
    model: { VQGAN: { until: "tokenizer", "tokenizer.preset": "vqgan-mini" } },
    "tokenizer.model.codebooks.visual.quantizer.size": sizes,
  },
  tables: [
    {
      name: "sizes",
      title: "How large a codebook",
      rows: "tokenizer.model.codebooks.visual.quantizer.size",
      columns: ["rfid", "psnr", "usage"],
    },
  ],
});
