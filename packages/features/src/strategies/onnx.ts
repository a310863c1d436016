import { basename } from "node:path";
import { UserError } from "@fqgan/registry";
import { currentEngine, hostTensor } from "@fqgan/tensor";
import type * as Ort from "onnxruntime-node";
import * as z from "zod";
import { onnxHash } from "../checkpoint/file-hash.js";
import type { ExtractorStrategy } from "../extractor.js";
import { extractorOf } from "../frozen-extractor.js";
import {
  type ChannelStatisticsName,
  channelStatistics,
  type Framing,
  framings,
  pillowStandardised,
} from "../preprocess/pillow-standardised.js";
import { channelsFirst } from "../preprocess/planes.js";
import { pooled } from "../preprocess/pooled.js";

/** Images a run, where the file leaves it open. */
const CHUNK = 8;

export interface OnnxOptions {
  readonly path: string;
  readonly size?: number;
  readonly framing: Framing;
  readonly statistics: ChannelStatisticsName;
  readonly output?: string;
}

const keys = <T extends object>(record: T) => Object.keys(record) as [keyof T & string];

export const onnx: ExtractorStrategy<OnnxOptions> = {
  name: "onnx",
  summary: "any network in an ONNX file that takes images and gives features",
  options: {
    path: z.string().min(1).describe("the .onnx file; weights beside it are found"),
    size: z.int().min(1).optional().describe("side of its images, where the file leaves it open"),
    framing: z.enum(keys(framings)).default("stretch"),
    statistics: z
      .enum(keys(channelStatistics))
      .default("imagenet")
      .describe("mean and deviation taken out of pixels in [0, 1]; half gives [-1, 1]"),
    output: z
      .string()
      .optional()
      .describe(
        "name of the output; default: the first. Of tokens, the first is taken; maps are averaged",
      ),
  },
  async create({ path, size, framing, statistics, output }) {
    const session = await openSession(path);
    const { Tensor } = await import("onnxruntime-node");
    const refuse = (problem: string): never => {
      void session.release();
      throw new UserError(`${path}: ${problem}`);
    };
    const name = output ?? session.outputNames[0]!;
    if (!session.outputNames.includes(name))
      refuse(`has no output "${name}"; it has ${session.outputNames.join(", ")}`);
    const port = imagePort(session) ?? refuse(describeInputs(session));
    const side = port.side ?? size;
    if (side === undefined) return refuse("leaves the size of its images open; set size");
    if (port.side !== undefined && size !== undefined && size !== port.side)
      refuse(`expected size ${port.side}, as the file says, got ${size}`);
    const chunk = port.batch ?? CHUNK;
    const standardised = pillowStandardised({
      size: side,
      framing,
      statistics: channelStatistics[statistics],
    });
    const preparation = port.isChannelsFirst ? channelsFirst(standardised) : standardised;
    const run = async (images: { data: unknown; shape: readonly number[] }) => {
      const input = new Tensor("float32", images.data as Float32Array, images.shape);
      const made = (await session.run({ [port.name]: input }, [name]))[name]!;
      if (made.type !== "float32") refuse(`expected float32 from ${name}, got ${made.type}`);
      return { features: pooled(hostTensor(made.data as Float32Array, made.dims), path) };
    };
    const zeros = hostTensor(new Float32Array(chunk * side * side * 3), [
      chunk,
      ...preparation.shape,
    ]);
    const { features } = await run(zeros).catch((error: Error) =>
      refuse(`can't be run on images of ${side}×${side}: ${error.message}`),
    );
    const identity = {
      name: `${basename(path)} ${name}`,
      hash: await onnxHash(path),
      dimensions: features.shape[1]!,
    };
    const dispose = () => void session.release();
    return extractorOf(identity, { preparation, program: { chunk, run, dispose } });
  },
};

async function openSession(path: string): Promise<Ort.InferenceSession> {
  process.env.ORT_DISABLE_TELEMETRY = "1";
  const { InferenceSession } = await import("onnxruntime-node");
  const { threads } = (await currentEngine()).description;
  try {
    return await InferenceSession.create(path, {
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    throw new UserError(
      `${path}: expected an ONNX file, got one that can't be opened (${(error as Error).message})`,
    );
  }
}

interface ImagePort {
  readonly name: string;
  readonly isChannelsFirst: boolean;
  /** Fixed by the file, or open. */
  readonly batch: number | undefined;
  readonly side: number | undefined;
}

/** The only input, if it takes float32 images with three channels. */
function imagePort(session: Ort.InferenceSession): ImagePort | undefined {
  const [input, ...others] = session.inputMetadata;
  if (!input?.isTensor || others.length > 0 || input.type !== "float32") return undefined;
  const [batch, second, third, last] = input.shape;
  const isChannelsFirst = second === 3;
  if (input.shape.length !== 4 || !(isChannelsFirst || last === 3)) return undefined;
  const fixed = (side: number | string | undefined) =>
    typeof side === "number" && side > 0 ? side : undefined;
  const [height, width] = isChannelsFirst ? [third, last] : [second, third];
  if (fixed(height) !== fixed(width)) return undefined;
  return { name: input.name, isChannelsFirst, batch: fixed(batch), side: fixed(height) };
}

function describeInputs(session: Ort.InferenceSession): string {
  const inputs = session.inputMetadata.map((input) =>
    input.isTensor ? `${input.name} ${input.type} [${input.shape}]` : input.name,
  );
  return (
    "expected one input of square float32 images, [B, 3, S, S] or [B, S, S, 3], " +
    `got ${inputs.join(" and ")}; export it so`
  );
}
