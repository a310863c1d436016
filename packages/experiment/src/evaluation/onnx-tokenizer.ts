/**
 * Any tokenizer as two ONNX files: an encoder, images → indices, and a decoder, indices → images. Images are
 * [B, 3, H, W] or [B, H, W, 3] float32 in [-1, 1], which the graphs' own shapes tell; indices are int32 or
 * int64, one output of the encoder and one input of the decoder for each codebook, by the same names.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { AuditedTokenizer, CodesOf } from "./audited-tokenizer.js";

type Layout = "NCHW" | "NHWC";

/** A tokenizer from two ONNX files, images → indices and indices → images. */
export async function openOnnxTokenizer(options: {
  readonly encoder: string;
  readonly decoder: string;
  /** Codes of each codebook, by the encoder's output names; the graphs don't say. */
  readonly codebooks: Readonly<Record<string, number>>;
  /** Side of its images, where the encoder's shape leaves it open. */
  readonly size?: number | undefined;
}): Promise<AuditedTokenizer> {
  const { codebooks } = options;
  // no uploader of usage data
  process.env.ORT_DISABLE_TELEMETRY = "1";
  const ort = await import("onnxruntime-node");
  const read = (path: string) => {
    try {
      return readFileSync(path);
    } catch {
      throw new UserError(`${path}: expected an ONNX file, found nothing to read; check the path`);
    }
  };
  const open = async (path: string, bytes: Uint8Array) => {
    try {
      return await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(
        `${path}: expected an ONNX graph, got one that can't be opened (${reason})`,
      );
    }
  };
  const files = { encoder: read(options.encoder), decoder: read(options.decoder) };
  const encoder = await open(options.encoder, files.encoder);
  const decoder = await open(options.decoder, files.decoder);
  const images = encoder.inputMetadata[0];
  const shape = images?.isTensor ? images.shape : [];
  const layout = layoutOf(shape, options.encoder);
  const side = shape[2];
  const size = options.size ?? (typeof side === "number" && side > 0 ? side : undefined);
  if (size === undefined)
    throw new UserError(
      `${options.encoder}: the side of its images is left open, [${shape}]; say it with --size`,
    );
  const names = Object.keys(codebooks);
  const missing = names.find((name) => !encoder.outputNames.includes(name));
  if (missing !== undefined || names.length === 0)
    throw new UserError(
      `${options.encoder}: expected the size of each codebook by the encoder's output names, ` +
        `${encoder.outputNames.join(", ")}, got ${names.join(", ") || "none"}; ` +
        `say --codebook ${encoder.outputNames[0]}=16384`,
    );
  return {
    name: `${basename(options.encoder)} + ${basename(options.decoder)}`,
    hash: createHash("sha256")
      .update(files.encoder)
      .update(files.decoder)
      .digest("hex")
      .slice(0, 16),
    size,
    codebooks,
    bytes: files.encoder.length + files.decoder.length,
    async encode(batch) {
      const fed = layout === "NCHW" ? channelsFirst(batch) : batch;
      const feeds = {
        [encoder.inputNames[0]!]: new ort.Tensor("float32", fed.data as Float32Array, [
          ...fed.shape,
        ]),
      };
      const outputs = await encoder.run(feeds);
      return Object.fromEntries(
        names.map((name) => [name, indicesOf(outputs[name]!, batch.shape[0]!)]),
      );
    },
    async decode(codes) {
      const outputs = await decoder.run(
        Object.fromEntries(
          decoder.inputNames.map((input, i) => {
            const name = names.includes(input) ? input : names[i]!;
            return [input, fedIndices(decoder, i, codes[name]!, ort.Tensor)];
          }),
        ),
      );
      const output = outputs[decoder.outputNames[0]!]!;
      const decoded = hostTensor(output.data as Float32Array, [...output.dims]);
      return layoutOf(output.dims, options.decoder) === "NCHW" ? channelsLast(decoded) : decoded;
    },
    dispose() {
      void encoder.release();
      void decoder.release();
    },
  };
}

function layoutOf(shape: readonly (number | string)[], path: string): Layout {
  if (shape.length === 4 && shape[1] === 3) return "NCHW";
  if (shape.length === 4 && shape[3] === 3) return "NHWC";
  throw new UserError(
    `${path}: expected images [B, 3, H, W] or [B, H, W, 3], got [${shape}]; export it with fixed channels`,
  );
}

/** int32 [B, N], whatever grid or integer the graph writes. */
function indicesOf(output: Tensor, batch: number): HostTensor {
  const data = Int32Array.from(output.data as BigInt64Array, Number);
  return hostTensor(data, [batch, data.length / batch]);
}

/** Indices as the decoder's input wants them: its integer type and, where it has one, its grid. */
function fedIndices(
  decoder: InferenceSession,
  input: number,
  codes: CodesOf[string],
  OrtTensor: typeof Tensor,
): Tensor {
  const metadata = decoder.inputMetadata[input];
  const wanted = metadata?.isTensor ? metadata : undefined;
  const shape = (wanted?.shape ?? []).map((side, axis) =>
    axis === 0 ? codes.shape[0]! : typeof side === "number" ? side : -1,
  );
  const fits = shape.length > 1 && shape.reduce((a, b) => a * b, 1) === codes.data.length;
  const dims = fits && !shape.includes(-1) ? shape : squareGrid(codes, shape.length);
  return wanted?.type === "int64"
    ? new OrtTensor(
        "int64",
        BigInt64Array.from(codes.data, (index) => BigInt(index)),
        dims,
      )
    : new OrtTensor("int32", codes.data as Int32Array, dims);
}

/** [B, N], or [B, √N, √N] where three dimensions are asked for. */
function squareGrid({ shape }: HostTensor, rank: number): number[] {
  const [batch = 0, length = 0] = shape;
  const side = Math.round(Math.sqrt(length));
  return rank === 3 ? [batch, side, length / side] : [batch, length];
}

/** [B, H, W, 3] → [B, 3, H, W] */
function channelsFirst({ data, shape }: HostTensor): HostTensor {
  const [batch = 0, height = 0, width = 0] = shape;
  const area = height * width;
  const result = new Float32Array(data.length);
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < area; i++)
      for (let c = 0; c < 3; c++) result[(b * 3 + c) * area + i] = data[(b * area + i) * 3 + c]!;
  return hostTensor(result, [batch, 3, height, width]);
}

/** [B, 3, H, W] → [B, H, W, 3] */
function channelsLast({ data, shape }: HostTensor): HostTensor {
  const [batch = 0, , height = 0, width = 0] = shape;
  const area = height * width;
  const result = new Float32Array(data.length);
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < area; i++)
      for (let c = 0; c < 3; c++) result[(b * area + i) * 3 + c] = data[(b * 3 + c) * area + i]!;
  return hostTensor(result, [batch, height, width, 3]);
}
