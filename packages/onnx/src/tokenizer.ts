import { UserError } from "@fqgan/registry";
import { parts, putRows, takeRows, type Values } from "./batches.js";
import type { Manifest } from "./manifest.js";
import {
  type OnnxRuntime,
  runSession,
  type SessionLike,
  type TensorConstructor,
  type TensorLike,
} from "./session.js";

/** What one name of an exported tokenizer's inputs and outputs holds of each image. */
interface Port {
  readonly type: "float32" | "int32";
  readonly shape: readonly number[];
}

/** The files of a tokenizer; continuous ones have no quantizer and no codebooks. */
export type TokenizerFile = keyof Manifest["tokenizer"]["files"];

type Codes = Readonly<Record<string, Int32Array>>;

/** What of the codes is drawn. */
export interface DecodeOptions {
  /** Factors to draw from, all by default: the code vectors of the others are replaced by zeros. */
  readonly factors?: readonly string[];
}

/**
 * An exported tokenizer. Images are [B, H, W, 3] float32 in [-1, 1], any number B of them: they go through
 * the files in batches of the size that these were made for.
 */
export class OnnxTokenizer {
  readonly manifest: Manifest;
  readonly #sessions: ReadonlyMap<string, SessionLike>;
  readonly #Tensor: TensorConstructor;
  readonly #ports: ReadonlyMap<string, Port>;

  constructor(
    manifest: Manifest,
    sessions: ReadonlyMap<string, SessionLike>,
    Tensor: TensorConstructor,
  ) {
    this.manifest = manifest;
    this.#sessions = sessions;
    this.#Tensor = Tensor;
    this.#ports = portsOf(manifest);
  }

  get image(): Manifest["image"] {
    return this.manifest.image;
  }

  /** In decoder channel order; none where latents are continuous. */
  get codebooks(): Manifest["tokenizer"]["codebooks"] {
    return this.manifest.tokenizer.codebooks;
  }

  get factors(): readonly string[] {
    return Object.keys(this.manifest.tokenizer.factors);
  }

  /** Whether images can be written as codes: not where latents are continuous. */
  get hasCodes(): boolean {
    return this.#sessions.has("quantizer");
  }

  /** Images → codes, [B·N] for every codebook. */
  async encode(images: Float32Array): Promise<Record<string, Int32Array>> {
    this.#requireCodes();
    const codes = await this.run("quantizer", await this.run("encoder", { images }));
    return Object.fromEntries(
      Object.keys(this.codebooks).map((name) => [name, codes[`code.${name}`] as Int32Array]),
    );
  }

  /** Codes, [B·N] for every codebook → images [B, H, W, 3], clipped to [-1, 1]. */
  async decode(codes: Codes, options: DecodeOptions = {}): Promise<Float32Array> {
    this.#requireCodes();
    checkCodes(codes, this.codebooks);
    const given = Object.entries(codes).map(([name, rows]) => [`code.${name}`, rows] as const);
    return this.#draw(await this.run("codebooks", Object.fromEntries(given)), options);
  }

  /** Images → codes (or continuous latents) → images, clipped to [-1, 1]. */
  async reconstruct(images: Float32Array, options: DecodeOptions = {}): Promise<Float32Array> {
    if (this.hasCodes) return this.decode(await this.encode(images), options);
    return this.#draw(await this.run("encoder", { images }), options);
  }

  /** What one file makes of values by its own names: `images`, `latent.visual`, `code.visual`, `quantized.visual`. */
  async run(
    file: TokenizerFile,
    values: Readonly<Record<string, Values>>,
  ): Promise<Record<string, Values>> {
    const session = this.#sessions.get(file)!;
    const { batch } = this.manifest;
    const total = this.#countImages(values);
    const made: Record<string, Values> = {};
    for (const name of session.outputNames) {
      const { type, shape } = this.#port(name);
      const size = total * product(shape);
      made[name] = type === "float32" ? new Float32Array(size) : new Int32Array(size);
    }
    for (const part of parts(total, batch)) {
      const feeds = Object.entries(values).map(([name, all]) => {
        const { shape } = this.#port(name);
        const rows = takeRows(all, part, { batch, length: product(shape) });
        return [name, this.#tensor(rows, [batch, ...shape])] as const;
      });
      const outputs = await runSession(session, Object.fromEntries(feeds));
      for (const name of session.outputNames) {
        const length = product(this.#port(name).shape);
        putRows(made[name]!, part, { made: outputs[name]!.data as Values, length });
      }
    }
    return made;
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release?.();
  }

  async #draw(
    quantized: Readonly<Record<string, Values>>,
    { factors = this.factors }: DecodeOptions,
  ): Promise<Float32Array> {
    const unknown = factors.find((name) => !this.factors.includes(name));
    if (unknown !== undefined)
      throw new UserError(`decode: unknown factor "${unknown}"; known: ${this.factors.join(", ")}`);
    const kept = Object.entries(quantized).map(([name, values]) => [
      name,
      factors.some((factor) => name === `quantized.${factor}`)
        ? values
        : new Float32Array(values.length),
    ]);
    const { images } = await this.run("decoder", Object.fromEntries(kept));
    return (images as Float32Array).map((value) => Math.min(1, Math.max(-1, value)));
  }

  #port(name: string): Port {
    const port = this.#ports.get(name);
    if (!port) throw new Error(`an exported tokenizer has no ${name} by its manifest`);
    return port;
  }

  #tensor(values: Values, shape: readonly number[]): TensorLike {
    return values instanceof Float32Array
      ? new this.#Tensor("float32", values, shape)
      : new this.#Tensor("int32", values, shape);
  }

  /** B, which every value must agree on. */
  #countImages(values: Readonly<Record<string, Values>>): number {
    const counts = Object.entries(values).map(([name, { length }]) => {
      const { shape } = this.#port(name);
      const images = length / product(shape);
      if (!Number.isInteger(images) || images === 0)
        throw new UserError(
          `${name}: expected [B, ${shape.join(", ")}] values one after another, got ${length}, no whole ` +
            `number of images; resize and crop them to what the manifest says`,
        );
      return images;
    });
    if (new Set(counts).size === 1) return counts[0]!;
    throw new UserError(
      `${Object.keys(values).join(", ")}: expected values of one number of images, got ${counts.join(", ")}`,
    );
  }

  #requireCodes(): void {
    if (this.hasCodes) return;
    throw new UserError(
      `codes: expected a tokenizer with codebooks, got continuous latents in ${this.factors.join(", ")}; ` +
        "reconstruct images directly",
    );
  }
}

/** Opens the files of a tokenizer one after another. */
export async function openTokenizer(
  options: OnnxRuntime & { readonly manifest: Manifest },
): Promise<OnnxTokenizer> {
  const { manifest, createSession, Tensor } = options;
  const sessions = new Map<string, SessionLike>();
  for (const [name, file] of Object.entries(manifest.tokenizer.files))
    if (file) sessions.set(name, await createSession(file.file));
  return new OnnxTokenizer(manifest, sessions, Tensor);
}

const product = (sides: readonly number[]) => sides.reduce((size, side) => size * side, 1);

function portsOf({ image, tokenizer }: Manifest): Map<string, Port> {
  const { height, width, channels } = image;
  const ports = new Map<string, Port>();
  ports.set("images", { type: "float32", shape: [height, width, channels] });
  for (const [name, { latent, shape }] of Object.entries(tokenizer.factors)) {
    ports.set(`latent.${name}`, { type: "float32", shape: latent });
    ports.set(`quantized.${name}`, { type: "float32", shape });
  }
  for (const [name, { grid }] of Object.entries(tokenizer.codebooks))
    ports.set(`code.${name}`, { type: "int32", shape: [product(grid)] });
  return ports;
}

/** Refuses codes that this tokenizer could not have written. */
function checkCodes(codes: Codes, codebooks: Manifest["tokenizer"]["codebooks"]): void {
  const names = Object.keys(codebooks);
  if (Object.keys(codes).sort().join() !== [...names].sort().join())
    throw new UserError(
      `codes: expected the codebooks ${names.join(", ")}, got ${Object.keys(codes).join(", ") || "none"}; ` +
        "were they written with another tokenizer?",
    );
  for (const [name, { size }] of Object.entries(codebooks)) {
    const wrong = codes[name]!.find((code) => !(code >= 0 && code < size));
    if (wrong !== undefined)
      throw new UserError(
        `codes.${name}: expected indices in [0, ${size}), got ${wrong}; were they written with another tokenizer?`,
      );
  }
}
