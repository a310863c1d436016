/** A tokenizer, and where there is one its generator, as the worker runs them. */
import {
  type Manifest,
  type OnnxGenerator,
  type OnnxTokenizer,
  openGenerator,
  openTokenizer,
  readManifest,
  type SessionLike,
} from "@fqgan/onnx";
import type {
  Codes,
  Drawing,
  DrawRequest,
  Look,
  Model,
  OpenRequest,
  Pixels,
  Progress,
  Sampling,
  Stage,
} from "../protocol.js";
import { download, downloadJson } from "./download.js";
import { fitBitmap, fromModel, psnr, toModel } from "./fit.js";
import { BUILDS, loadRuntime } from "./runtime.js";

export class Engine {
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly model: Model,
    private readonly tokenizer: OnnxTokenizer,
    private readonly generator: OnnxGenerator | undefined,
    private readonly manifest: Manifest,
    /** Milliseconds of each file's last run. */
    private readonly clock: Map<string, number>,
  ) {}

  static async open(
    { address, provider, threads }: OpenRequest,
    say: (progress: Progress) => void,
  ): Promise<Engine> {
    say({ step: "waiting" });
    const where = `${address}fqgan.json`;
    const manifest = readManifest(await downloadJson(where), where);
    const build = BUILDS[provider];
    const files = filesOf(manifest);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    let total = bytes;
    let loaded = 0;
    const onBytes = (count: number) => {
      loaded += count;
      say({ step: "loading", loaded, total: Math.max(loaded, total) });
    };
    const onLength = (length: number) => {
      total += length;
    };
    const [wasmBinary, ...contents] = await Promise.all([
      download(build.wasm, { onBytes, onLength }),
      ...files.map(({ file }) => download(address + file, { onBytes })),
    ]);
    say({ step: "starting" });
    const { InferenceSession, Tensor } = await loadRuntime(provider, { wasmBinary, threads });
    const byName = new Map(files.map(({ file }, i) => [file, contents[i]!]));
    const clock = new Map<string, number>();
    const createSession = async (file: string): Promise<SessionLike> => {
      const session = await InferenceSession.create(byName.get(file)!, {
        executionProviders: [provider],
        // only errors: what a GPU leaves to the processor is no news
        logSeverityLevel: 3,
      });
      return timed(session as unknown as SessionLike, (ms) => {
        clock.set(file, (clock.get(file) ?? 0) + ms);
      });
    };
    const runtime = { manifest, createSession, Tensor };
    const tokenizer = await openTokenizer(runtime);
    const generator = manifest.generator && (await openGenerator(runtime));
    return new Engine(describe(manifest, bytes), tokenizer, generator, manifest, clock);
  }

  /** Fits an image to the model and draws it from all of its codes, and from each factor's alone. */
  look(bitmap: ImageBitmap): Promise<Look> {
    return this.#inTurn(() => this.#look(bitmap));
  }

  decode(codes: Codes): Promise<Pixels> {
    return this.#inTurn(async () => fromModel(await this.tokenizer.decode(codes), this.model.size));
  }

  async #look(bitmap: ImageBitmap): Promise<Look> {
    const { size, factors } = this.model;
    const started = performance.now();
    const input = fitBitmap(bitmap, size);
    const original = [bitmap.width, bitmap.height] as const;
    bitmap.close();
    const fitMs = performance.now() - started;
    this.clock.clear();
    const images = toModel(input);
    const { hasCodes } = this.tokenizer;
    const codes = hasCodes ? await this.tokenizer.encode(images) : {};
    const draw = async (some?: readonly string[]) => {
      const options = some ? { factors: some } : {};
      const values = hasCodes
        ? await this.tokenizer.decode(codes, options)
        : await this.tokenizer.reconstruct(images, options);
      return fromModel(values, size);
    };
    const reconstruction = await draw();
    const stages = [{ name: "fit", ms: fitMs }, ...this.#stages()];
    const alone: Record<string, Pixels> = {};
    if (factors.length > 1) for (const name of factors) alone[name] = await draw([name]);
    const distance = psnr(input, reconstruction);
    return { input, original, codes, reconstruction, alone, psnr: distance, stages };
  }

  /** Draws an image of a class and shows it on the way, for at most half of the time. */
  async draw(
    request: DrawRequest,
    options: { readonly say: (drawing: Drawing) => void; readonly signal: AbortSignal },
  ): Promise<Drawing> {
    const { say, signal } = options;
    if (!this.generator) throw new Error("this model has no generator; choose a generator run");
    const { label, seed, guidance, temperature, topK } = request;
    const { grid, codebooks } = this.generator;
    const total = grid[0] * grid[1];
    const codes = Object.fromEntries(
      Object.keys(codebooks).map((name) => [name, new Int32Array(total)]),
    );
    const started = performance.now();
    let generatorMs = 0;
    let shownMs = 0;
    let drawing: Drawing | undefined;
    const show = async (drawn: number) => {
      const before = performance.now();
      const picture = await this.decode(codes);
      const copies = Object.entries(codes).map(([name, cells]) => [name, cells.slice()] as const);
      const now = performance.now();
      const ms = now - started;
      shownMs += now - before;
      drawing = { drawn, total, codes: Object.fromEntries(copies), picture, ms, generatorMs };
      say(drawing);
      return drawing;
    };
    const trained = this.manifest.generator!.sampling;
    const sampling = { temperature, topK, guidance: { ...trained.guidance, scale: guidance } };
    let before = performance.now();
    for await (const { position, codes: some } of this.generator.stream({
      ...sampling,
      classes: [label],
      seed,
    })) {
      generatorMs += performance.now() - before;
      for (const [name, [code]] of Object.entries(some)) codes[name]![position] = code!;
      const drawn = position + 1;
      const isLast = drawn === total;
      if (isLast || shownMs <= (performance.now() - started) / 2) await show(drawn);
      await turn();
      if (signal.aborted && !isLast) return show(drawn);
      before = performance.now();
    }
    return drawing!;
  }

  /** One after another, so that what each takes can be told. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** What the tokenizer's files took since the clock was cleared. */
  #stages(): Stage[] {
    return Object.entries(this.manifest.tokenizer.files).flatMap(([name, file]) => {
      const ms = file && this.clock.get(file.file);
      return ms === undefined ? [] : [{ name, ms }];
    });
  }
}

/** Lets messages in, without the four milliseconds that a timer takes. */
const turn = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

function timed(session: SessionLike, onRun: (ms: number) => void): SessionLike {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const started = performance.now();
      const outputs = await session.run(feeds);
      onRun(performance.now() - started);
      return outputs;
    },
    release: async () => session.release?.(),
  };
}

function filesOf({ tokenizer, generator }: Manifest) {
  const { encoder, quantizer, codebooks, decoder } = tokenizer.files;
  const own = [encoder, quantizer, codebooks, decoder];
  const more = generator ? [generator.files.generator, ...generator.files.heads] : [];
  return [...own, ...more].flatMap((file) => (file ? [file] : []));
}

/** One number for all codebooks: the first one's. */
const first = (value: number | readonly number[] | Readonly<Record<string, number>>): number =>
  typeof value === "number" ? value : (Object.values(value)[0] as number);

function describe({ image, tokenizer, generator }: Manifest, bytes: number): Model {
  const sampling = generator && {
    guidance: first(generator.sampling.guidance.scale),
    temperature: first(generator.sampling.temperature),
    topK: first(generator.sampling.topK),
  };
  return {
    hash: tokenizer.hash,
    size: image.height,
    factors: Object.keys(tokenizer.factors),
    codebooks: Object.entries(tokenizer.codebooks).map(([name, book]) => ({ name, ...book })),
    bytes,
    ...(generator && {
      generator: {
        classes: generator.classes,
        grid: generator.grid,
        fewestCodes: Math.min(...Object.values(generator.codebooks)),
        sampling: sampling as Sampling,
      },
    }),
  };
}
