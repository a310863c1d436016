import type { CodeBatch, Generator, Logits } from "@fqgan/ar-generator";
import type { Codes } from "@fqgan/quantizer";
import { type Compiled, compile, type HostTensor, hostTensor } from "@fqgan/tensor";
import { ArithmeticDecoder, ArithmeticEncoder, cumulativeFrequencies } from "./arithmetic-coder.js";

type Inputs = { codes: Codes<HostTensor>; labels: HostTensor };

/** Bytes that a file has before its codes: the class, which the generator is told. */
const HEADER = 2;

/**
 * Images as files: a generator predicts each sub-code from those before it, an arithmetic coder writes what
 * the prediction leaves open. Reading needs the same generator, engine and batch, because both sides must
 * come to the same numbers bit for bit.
 */
export class CodeCompressor {
  private readonly program: Compiled<Inputs, Logits>;

  constructor(
    private readonly generator: Generator,
    /** Images at once; the same for writing and reading. */
    private readonly batch: number,
  ) {
    this.program = compile<Inputs, Logits>(({ codes, labels }) => generator.logits(labels, codes), {
      name: "code probabilities",
    });
  }

  /** One file an image. */
  async compress({ codes, labels }: CodeBatch): Promise<Uint8Array[]> {
    const logits = await this.logits(codes, labels);
    return Array.from(labels.data, (label, image) => {
      const encoder = new ArithmeticEncoder();
      this.visit((position, name) => {
        const cell = image * this.generator.positions + position;
        encoder.encode(codes[name]!.data[cell]!, cumulativeFrequencies(rowOf(logits[name]!, cell)));
      });
      return Uint8Array.from([label >> 8, label & 255, ...encoder.finish()]);
    });
  }

  /** Files back into codes: one prediction for every sub-code. */
  async decompress(files: readonly Uint8Array[]): Promise<CodeBatch> {
    const { positions, codebooks } = this.generator;
    const labels = hostTensor(Int32Array.from(files, (file) => file[0]! * 256 + file[1]!));
    const decoders = files.map((file) => new ArithmeticDecoder(file.subarray(HEADER)));
    const shape = [files.length, positions];
    // What is not known yet is 0: nothing before it looks at it.
    const codes = Object.fromEntries(
      codebooks.map((name) => [name, hostTensor(new Int32Array(files.length * positions), shape)]),
    );
    for (let position = 0; position < positions; position++)
      for (const name of codebooks) {
        const logits = await this.logits(codes, labels);
        for (const [image, decoder] of decoders.entries()) {
          const cell = image * positions + position;
          codes[name]!.data[cell] = decoder.decode(
            cumulativeFrequencies(rowOf(logits[name]!, cell)),
          );
        }
      }
    return { codes, labels };
  }

  dispose(): void {
    this.program.dispose();
  }

  private visit(each: (position: number, codebook: string) => void): void {
    for (let position = 0; position < this.generator.positions; position++)
      for (const name of this.generator.codebooks) each(position, name);
  }

  /** Logits [B, N, size] by codebook; short batches are filled with zeros, since programs have one shape. */
  private async logits(codes: Codes<HostTensor>, labels: HostTensor) {
    const filled = Object.fromEntries(
      this.generator.codebooks.map((name) => [name, fill(codes[name]!, this.batch)]),
    );
    return (await this.program({ codes: filled, labels: fill(labels, this.batch) })) as Record<
      string,
      HostTensor
    >;
  }
}

/** Row `cell` of [B, N, size]. */
const rowOf = ({ data, shape }: HostTensor, cell: number) =>
  data.subarray(cell * shape[2]!, (cell + 1) * shape[2]!);

function fill({ data, shape }: HostTensor, rows: number): HostTensor {
  const [given, ...rest] = shape as [number, ...number[]];
  const length = rest.reduce((product, side) => product * side, 1);
  const filled = new Int32Array(rows * length);
  filled.set(data.subarray(0, given * length));
  return hostTensor(filled, [rows, ...rest]);
}
