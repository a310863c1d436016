import { disentanglementLoss } from "@fqgan/quantizer";
import { type HostTensor, hostTensor, type Tensor, type Tensor2D, tf } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import { compareIndices, compareScalars, compareTensors } from "../compare.js";
import type { Check, Engine } from "../parity-case.js";
import { runProgram } from "../run-program.js";
import { channelsLast, suffixes, type TokenizerMeta } from "./golden.js";

/** Everything that the reference computes from images in eval mode, layer by layer. */
export async function checkEvaluation(options: {
  tokenizer: Tokenizer;
  /** NCHW */
  images: HostTensor;
  golden: Readonly<Record<string, HostTensor>>;
  meta: TokenizerMeta;
  engine: Engine;
}): Promise<Check[]> {
  const { tokenizer, golden, meta, engine } = options;
  const errors = meta.eval.fp32_vs_fp64_maxabs;
  const images = channelsLast(options.images);
  const found = await runProgram({
    engine,
    inputs: { images },
    program: ({ images: x }: { images: Tensor }) => {
      const latents = tokenizer.encodeLatents(x);
      const { codes, quantized } = tokenizer.quantize(latents, { training: false });
      const rows = Object.entries(quantized).map(([name, map]) => [
        name,
        tf.reshape(map, [-1, map.shape[3]!]) as Tensor2D,
      ]);
      return {
        latents,
        codes,
        quantized,
        features: tokenizer.predictFeatures(quantized),
        reconstruction: tokenizer.decodeQuantized(quantized),
        decoded: tokenizer.decodeCodes(codes),
        disentanglement: disentanglementLoss(
          Object.fromEntries(rows),
          meta.config.disentanglement_ratio,
        ),
      };
    },
  });
  const same = (name: string, actual: HostTensor, expected: HostTensor) =>
    compareTensors({ name, actual, expected, referenceError: errors[name] });
  const map = (name: string, actual: HostTensor) => same(name, actual, channelsLast(golden[name]!));
  const checks = [
    map("rec", found.reconstruction),
    map("decode_code", found.decoded),
    compareScalars({
      name: "disentangle_loss",
      actual: found.disentanglement.data[0]!,
      expected: meta.eval.disentangle_loss,
    }),
  ];
  for (const name of Object.keys(tokenizer.codebooks)) {
    const suffix = suffixes[name]!;
    const codes = hostTensor(found.codes[name]!.data);
    checks.push(
      map(`h_${suffix}`, found.latents[name]!),
      map(`zq_${suffix}`, found.quantized[name]!),
      compareIndices({
        name: `idx_${suffix}`,
        actual: codes,
        expected: golden[`idx_${suffix}`]!,
      }),
    );
  }
  for (const [name, features] of Object.entries(found.features)) {
    const golds = `semantic_feat${suffixes[name]!.slice("sem".length)}`;
    checks.push(same(golds, features, golden[golds]!));
  }
  return checks;
}
