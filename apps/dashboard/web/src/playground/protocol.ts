/** What the page asks of its worker, and what it hears. Plain data: it is copied between the two. */

/** What computes: the processor by WebAssembly, or the graphics processor. */
export type Provider = "wasm" | "webgpu";

export interface OpenRequest {
  /** Address of the model's folder, with a slash at the end. */
  readonly address: string;
  readonly provider: Provider;
  /** Threads of `wasm`; more than one need a cross-origin isolated page. */
  readonly threads: number;
}

/** How far opening is. */
export type Progress =
  /** The server writes the model as ONNX, the first time that anyone asks for it. */
  | { readonly step: "waiting" }
  | { readonly step: "loading"; readonly loaded: number; readonly total: number }
  | { readonly step: "starting" };

/** By codebook; a code for each cell, row by row. */
export type Codes = Readonly<Record<string, Int32Array>>;

/** RGB, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Sampling {
  readonly guidance: number;
  readonly temperature: number;
  /** Draw from this many most likely codes; 0 is all. */
  readonly topK: number;
}

/** What the page knows of an open model. */
export interface Model {
  /** Of the tokenizer: which codes these are. */
  readonly hash: string;
  /** Side of the images in pixels. */
  readonly size: number;
  /** What can be drawn alone. */
  readonly factors: readonly string[];
  readonly codebooks: readonly {
    readonly name: string;
    readonly size: number;
    /** Rows and columns of codes over the image. */
    readonly grid: readonly [number, number];
  }[];
  readonly generator?: {
    readonly classes: readonly string[];
    readonly grid: readonly [number, number];
    /** Size of the smallest codebook. */
    readonly fewestCodes: number;
    readonly sampling: Sampling;
  };
  readonly bytes: number;
}

/** How long a part of the model took. */
export interface Stage {
  readonly name: string;
  readonly ms: number;
}

/** Everything about one image. */
export interface Look {
  /** As the model sees it. */
  readonly input: Pixels;
  /** Width and height before it was fitted. */
  readonly original: readonly [number, number];
  /** None where latents are continuous. */
  readonly codes: Codes;
  readonly reconstruction: Pixels;
  /** Drawn from one factor alone, the others zeros; empty where there is only one. */
  readonly alone: Readonly<Record<string, Pixels>>;
  /** dB between input and reconstruction, at 8 bits. */
  readonly psnr: number;
  readonly stages: readonly Stage[];
}

export interface DrawRequest extends Sampling {
  readonly label: number;
  readonly seed: number;
}

/** A picture while it is drawn. */
export interface Drawing {
  /** Positions drawn so far; the codes of the others are 0. */
  readonly drawn: number;
  readonly total: number;
  readonly codes: Codes;
  readonly picture: Pixels;
  /** Since the first position was begun, showing included. */
  readonly ms: number;
  /** Of these in the generator itself. */
  readonly generatorMs: number;
}

/** What the worker does: a request, and what is said while it is under way. */
export interface Calls {
  open: { request: OpenRequest; said: Progress; result: Model };
  look: { request: { readonly bitmap: ImageBitmap }; said: never; result: Look };
  decode: { request: { readonly codes: Codes }; said: never; result: Pixels };
  draw: { request: DrawRequest; said: Drawing; result: Drawing };
}

export type CallName = keyof Calls;

export type ToWorker =
  | { readonly id: number; readonly name: CallName; readonly request: unknown }
  | { readonly stop: number };

export type FromWorker =
  | { readonly id: number; readonly said: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };
