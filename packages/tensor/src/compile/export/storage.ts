/**
 * How weights lie in an exported file. What is computed with them is float32 in any case, which every
 * runtime has; runtimes widen them when they load the file.
 */
import { nearest, UserError } from "@fqgan/registry";
import { floatToHalf } from "../../checkpoint/values.js";
import { type Graph, sizeOf, type Value } from "../graph.js";
import type { OnnxTensor } from "../onnx/writer.js";

/** A weight as `values` · `scales`. */
export interface StoredWeights {
  readonly values: OnnxTensor;
  /** One for each channel, shaped to broadcast; absent where values are the weights. */
  readonly scales?: OnnxTensor;
}

interface Weights {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  /** Along which each index has a scale of its own. */
  readonly channels: number;
}

interface Storage {
  readonly name: StorageName;
  readonly summary: string;
  /** Absent for weights as they are. */
  readonly store?: (weights: Weights) => StoredWeights;
}

export type StorageName = "float32" | "float16" | "int8";

export const storages: readonly Storage[] = [
  { name: "float32", summary: "weights as they are" },
  { name: "float16", summary: "half the size: 11 significant bits a weight", store: asHalves },
  {
    name: "int8",
    summary: "a quarter of the size: whole numbers from -127 to 127, and a scale for each channel",
    store: asBytes,
  },
];

export function storageOf(name: string): Storage {
  const known = storages.find((storage) => storage.name === name);
  if (known) return known;
  const names = storages.map((storage) => storage.name);
  const near = nearest(name, names);
  throw new UserError(
    `precision: unknown name "${name}"; ${near ? `did you mean "${near}"? ` : ""}known: ${names.join(", ")}`,
  );
}

const LARGEST_HALF = 65_504;

function asHalves({ data, shape }: Weights): StoredWeights {
  const beyond = data.find((value) => Math.abs(value) > LARGEST_HALF);
  if (beyond !== undefined)
    throw new UserError(
      `precision float16: expected weights within ±${LARGEST_HALF}, got ${beyond}; store float32`,
    );
  return { values: { type: "float16", shape, data: Uint16Array.from(data, floatToHalf) } };
}

/** Rounds to nearest; the weight of largest magnitude of a channel becomes ±127. */
function asBytes({ data, shape, channels }: Weights): StoredWeights {
  const count = shape[channels]!;
  const inner = sizeOf(shape.slice(channels + 1));
  const channelOf = (place: number) => Math.floor(place / inner) % count;
  const scales = new Float32Array(count);
  for (const [place, value] of data.entries()) {
    const channel = channelOf(place);
    scales[channel] = Math.max(scales[channel]!, Math.abs(value) / 127);
  }
  const values = Int8Array.from(data, (value, place) => {
    const scale = scales[channelOf(place)]!;
    return scale === 0 ? 0 : Math.round(value / scale);
  });
  const sides = shape.map((_, axis) => (axis === channels ? count : 1));
  return {
    values: { type: "int8", shape, data: values },
    scales: { type: "float32", shape: sides, data: scales },
  };
}

/** Smaller ones are not worth the error. */
const SMALLEST = 256;

/**
 * Matrices and filters among the weights become StoredWeights nodes, which hold them as `storage` keeps
 * them. Biases, norms and what is no weight stay as they are.
 * @param isWeight whether constants were a variable's values
 */
export function storeWeights(
  graph: Graph,
  { store }: Storage,
  isWeight: (data: unknown) => boolean,
): Graph {
  if (!store) return graph;
  const tables = new Set(
    graph.nodes.filter(({ op }) => op === "GatherV2").map(({ inputs }) => inputs.x),
  );
  const stored = new Map<Value, StoredWeights>();
  for (const [value, data] of graph.constants) {
    const { shape } = value;
    const isMatrix = shape.length >= 2 && data instanceof Float32Array && data.length >= SMALLEST;
    if (!isMatrix || !isWeight(data)) continue;
    // Rows of a table are looked up one by one; outputs are the last axis of matrices and filters.
    const channels = tables.has(value) ? 0 : shape.length - 1;
    stored.set(value, store({ data, shape, channels }));
  }
  return {
    ...graph,
    constants: new Map([...graph.constants].filter(([value]) => !stored.has(value))),
    nodes: [
      ...[...stored].map(([value, weights]) => ({
        op: "StoredWeights",
        inputs: {},
        attributes: { ...weights },
        outputs: [value],
      })),
      ...graph.nodes,
    ],
  };
}
