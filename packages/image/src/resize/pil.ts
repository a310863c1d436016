/**
 * Pillow's `Image.resize` (python-pillow, libImaging/Resample.c), bit for bit: a horizontal pass, then a
 * vertical one, a pass left out where that side stays as it is.
 */
import type { FloatImage, Image, Raster } from "../image.js";
import { filterTaps, type PilFilter, resizeFilters, type Taps } from "./filters.js";

interface Target {
  readonly width: number;
  readonly height: number;
  readonly filter: PilFilter;
}

/** Weights of 8-bit images are integers: multiples of 2^-22. */
const PRECISION_BITS = 22;

function integerWeights({ weights }: Taps): Int32Array {
  return Int32Array.from(weights, (weight) =>
    Math.trunc(weight * 2 ** PRECISION_BITS + (weight < 0 ? -0.5 : 0.5)),
  );
}

type Pixels = Uint8Array | Float32Array;

interface WeighedTaps extends Taps {
  /** As `weights`, in the mode's arithmetic. */
  readonly factors: Int32Array | Float64Array;
}

/** Sizes remembered: images of a folder mostly have one size, or few. */
const REMEMBERED = 64;

/** What differs between 8-bit and float images: the storage, and how a weighted sum becomes a value. */
interface Mode<Data extends Pixels> {
  readonly allocate: (length: number) => Data;
  readonly factors: (taps: Taps) => Int32Array | Float64Array;
  /** Taps of past resizes, by filter and sides. */
  readonly remembered: Map<string, WeighedTaps>;
  readonly start: number;
  readonly store: (sum: number) => number;
}

const uint8Mode: Mode<Uint8Array> = {
  allocate: (length) => new Uint8Array(length),
  factors: integerWeights,
  remembered: new Map(),
  start: 2 ** (PRECISION_BITS - 1),
  store: (sum) => {
    const value = sum >> PRECISION_BITS;
    return Math.min(Math.max(value, 0), 255);
  },
};

const floatMode: Mode<Float32Array> = {
  allocate: (length) => new Float32Array(length),
  factors: (taps) => taps.weights,
  remembered: new Map(),
  start: 0,
  store: (sum) => sum,
};

function tapsFor<Data extends Pixels>(
  name: keyof typeof resizeFilters,
  {
    input,
    output,
    mode,
  }: { readonly input: number; readonly output: number; readonly mode: Mode<Data> },
): WeighedTaps {
  const { remembered } = mode;
  const key = `${name} ${input} ${output}`;
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size === REMEMBERED) remembered.clear();
  const taps = filterTaps(resizeFilters[name], input, output);
  const made = { ...taps, factors: mode.factors(taps) };
  remembered.set(key, made);
  return made;
}

/**
 * One pass along an axis. An axis is three strides: between its pixels, between lines, and the number of
 * interleaved values that share weights (channels, or a whole row of them when going down).
 */
function pass<Data extends Pixels>(options: {
  readonly source: Data;
  readonly lines: number;
  readonly input: number;
  readonly output: number;
  readonly inner: number;
  readonly filter: keyof typeof resizeFilters;
  readonly mode: Mode<Data>;
}): Data {
  const { source, lines, input, output, inner, mode } = options;
  const { first, count: counts, reach, factors } = tapsFor(options.filter, { input, output, mode });
  const result = mode.allocate(lines * output * inner);
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < output; i++) {
      const count = counts[i]!;
      const from = (line * input + first[i]!) * inner;
      const to = (line * output + i) * inner;
      for (let c = 0; c < inner; c++) {
        let sum = mode.start;
        for (let k = 0; k < count; k++)
          sum += source[from + k * inner + c]! * factors[i * reach + k]!;
        result[to + c] = mode.store(sum);
      }
    }
  return result;
}

function nearest<Data extends Pixels>(image: Raster<Data>, target: Target, mode: Mode<Data>): Data {
  const { channels } = image;
  // repeated addition, not multiplication: it decides exact ties
  const positions = (input: number, output: number) => {
    const step = input / output;
    let at = step * 0.5;
    return Int32Array.from({ length: output }, () => {
      const position = Math.trunc(at);
      at += step;
      return position;
    });
  };
  const columns = positions(image.width, target.width);
  const rows = positions(image.height, target.height);
  const result = mode.allocate(target.width * target.height * channels);
  let to = 0;
  for (const row of rows)
    for (const column of columns)
      for (let c = 0; c < channels; c++)
        result[to++] = image.data[(row * image.width + column) * channels + c]!;
  return result;
}

function resize<Data extends Pixels>(
  image: Raster<Data>,
  target: Target,
  mode: Mode<Data>,
): Raster<Data> {
  const { width, height } = target;
  const { channels } = image;
  if (width === image.width && height === image.height) return image;
  if (target.filter === "nearest")
    return { width, height, channels, data: nearest(image, target, mode) };
  const { filter } = target;
  let data = image.data;
  if (width !== image.width)
    data = pass({
      source: data,
      lines: image.height,
      input: image.width,
      output: width,
      inner: channels,
      filter,
      mode,
    });
  if (height !== image.height)
    data = pass({
      source: data,
      lines: 1,
      input: image.height,
      output: height,
      inner: width * channels,
      filter,
      mode,
    });
  return { width, height, channels, data };
}

/** As `PIL.Image.resize` on an RGB or L image: 8 bits, also between the passes. */
export const resizePil = (image: Image, target: Target): Image => resize(image, target, uint8Mode);

/**
 * As `PIL.Image.resize` on "F" images, a channel at a time: float32 after each pass, nothing is clipped.
 * clean-fid clips to [0, 255] afterwards.
 */
export const resizePilFloat = (image: FloatImage, target: Target): FloatImage =>
  resize(image, target, floatMode);
