import { type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import type { Manifest } from "../manifest.js";
import {
  type Exported,
  ExportedFiles,
  type ExportOptions,
  floats,
  integers,
  mapRecord,
} from "./exported.js";

/** What a tokenizer is exported with. */
export interface ExportTokenizerOptions extends ExportOptions {
  /** Images at once, 1 by default. */
  readonly batch?: number;
}

const evaluation = { training: false } as const;

/**
 * A tokenizer as ONNX files: encoder, quantizer, codebooks and decoder, which meet in the names
 * `latent.<factor>`, `code.<codebook>` and `quantized.<factor>`. Where latents are continuous there are an
 * encoder and a decoder only. Quantizer and codebooks keep their weights whole, since they decide codes.
 */
export async function exportTokenizer(
  tokenizer: Tokenizer,
  { preset, precision = "float32", batch = 1 }: ExportTokenizerOptions,
): Promise<Exported> {
  const { size, channels } = tokenizer.config.image;
  const { codebooks, grid } = tokenizer;
  const hash = await tokenizerHash(tokenizer);
  const factors = mapRecord(tokenizer.quantization.factors, ({ dimensions, outputs }) => ({
    latent: [...grid, dimensions] as const,
    shape: [...grid, outputs] as const,
  }));
  const latent = mapRecord(factors, ({ latent }) => floats(batch, ...latent));
  const quantized = mapRecord(factors, ({ shape }) => floats(batch, ...shape));
  const files = new ExportedFiles({ preset, tokenizer: hash, codebooks });
  const images = floats(batch, size, size, channels);
  const first = tokenizer.hasCodes ? discrete() : continuous();
  const decoder = files.add("decoder", {
    inputs: { quantized },
    program: (given) => ({ images: tokenizer.decodeQuantized(given.quantized) }),
    precision,
  });
  return {
    manifest: {
      format: 1,
      preset,
      image: { height: size, width: size, channels },
      normalisation: "[-1, 1]",
      layout: "NHWC",
      precision,
      batch,
      tokenizer: {
        hash,
        factors,
        codebooks: tokenizer.hasCodes ? codebooks : {},
        files: { ...first, decoder },
      },
    },
    files: files.files,
  };

  function discrete(): Omit<Manifest["tokenizer"]["files"], "decoder"> {
    return {
      encoder: files.add("encoder", {
        inputs: { images },
        program: (given) => ({ latent: tokenizer.encodeLatents(given.images) }),
        precision,
      }),
      quantizer: files.add("quantizer", {
        inputs: { latent },
        program: (given) => ({ code: tokenizer.quantize(given.latent, evaluation).codes }),
      }),
      codebooks: files.add("codebooks", {
        inputs: {
          code: mapRecord(codebooks, ({ grid: [rows, columns] }) =>
            integers(batch, rows * columns),
          ),
        },
        program: (given) => ({ quantized: tokenizer.lookupCodes(given.code) }),
      }),
    };
  }

  function continuous(): Omit<Manifest["tokenizer"]["files"], "decoder"> {
    return {
      encoder: files.add("encoder", {
        inputs: { images },
        program: (given) => {
          const latents = tokenizer.encodeLatents(given.images);
          return { quantized: tokenizer.quantize(latents, evaluation).quantized };
        },
        precision,
      }),
    };
  }
}
