import type { Value } from "../../graph.js";
import type { BlockedArrays, BlockedContext } from "./blocked-arrays.js";
import { nchwc, roundUp } from "./nchwc.js";

type Filter4 = [number, number, number, number];

/**
 * tfjs's filter [kh, kw, I, O] in the order of ONNX Runtime's blocked convolution, O filled up to
 * whole blocks: [O/block, I/block, kh, kw, block of I, block of O], or with fewer inputs than a block
 * [O/block, I, kh, kw, block of O].
 */
export function forwardFilter(filter: Value, { builder, arrays }: BlockedContext): string {
  const { block } = arrays;
  const [rows, columns, inputs, outputs] = filter.shape as Filter4;
  return arrays.once(`forward filter ${filter.id}`, () => {
    const filled = roundUp(outputs, block);
    const known = arrays.constant(filter);
    if (known) {
      const data = inBlocks(known as Float32Array, filter.shape as Filter4, block);
      return builder.constant({ type: "float32", shape: [filled, inputs, rows, columns], data });
    }
    const name = fill(arrays.get(filter), [0, 0, 0, filled - outputs], arrays);
    const places = arrays.reshape(name, [rows * columns, inputs, 1, filled]);
    // In two steps, both of which ONNX Runtime does fast: [places, O/block, I, block of O] first.
    const byOutput = nchwc(builder, "ReorderInput", [places], { channels_last: { int: 1 } });
    const [blocks, width] = inputs < block ? [inputs, block] : [inputs / block, block * block];
    const split = [rows * columns, filled / block, blocks, width];
    const ordered = builder.emit("Transpose", [arrays.reshape(byOutput, split)], {
      perm: { ints: [1, 2, 0, 3] },
    });
    return arrays.reshape(ordered, [filled, inputs, rows, columns]);
  });
}

/** What `forwardFilter` makes of a filter that is known: [kh, kw, I, O] in the blocked order. */
function inBlocks(
  filter: Float32Array,
  [rows, columns, inputs, outputs]: Filter4,
  block: number,
): Float32Array {
  const places = rows * columns;
  const width = inputs < block ? 1 : block;
  const ordered = new Float32Array(roundUp(outputs, block) * inputs * places);
  let from = 0;
  for (let place = 0; place < places; place++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) {
        const blocks = Math.floor(o / block) * (inputs / width) + Math.floor(i / width);
        const inner = ((blocks * places + place) * width + (i % width)) * block;
        ordered[inner + (o % block)] = filter[from++]!;
      }
  return ordered;
}

/**
 * The filter of the convolution from dy to dx. With stride s, every s-th row and column of dx sees its
 * own taps: they become s·s groups of outputs, [sh·sw·I, O, th, tw] with th = ⌈kh/sh⌉ taps, turned by
 * 180°; I is filled up to whole blocks.
 */
export function backwardFilter(
  filter: Value,
  strides: readonly [number, number],
  { builder, arrays }: BlockedContext,
): string {
  const { block } = arrays;
  const [rows, columns, inputs, outputs] = filter.shape as Filter4;
  const taps = [Math.ceil(rows / strides[0]), Math.ceil(columns / strides[1])] as const;
  const phases = strides[0] * strides[1];
  const count = taps[0] * taps[1];
  return arrays.once(`backward filter ${filter.id} ${strides}`, () => {
    const filled = roundUp(inputs, block);
    const sides = [strides[0] * taps[0], strides[1] * taps[1]] as const;
    const missing = [sides[0] - rows, sides[1] - columns, filled - inputs, 0];
    const whole = fill(arrays.get(filter), missing, arrays);
    const places = arrays.reshape(whole, [sides[0] * sides[1], filled, outputs, 1]);
    const order = turnedTaps(taps, strides);
    const inOrder = order.every((place, index) => place === index)
      ? places
      : builder.emit("Gather", [places, builder.ints(order)], { axis: { int: 0 } });
    const byInput = nchwc(builder, "ReorderInput", [inOrder]); // [phases·taps, I/block, O, block of I]
    const blocks = filled / block;
    const ordered =
      outputs < block
        ? builder.emit(
            "Transpose",
            [arrays.reshape(byInput, [phases, count, blocks, outputs, block])],
            { perm: { ints: [0, 2, 3, 1, 4] } },
          )
        : builder.emit(
            "Transpose",
            [arrays.reshape(byInput, [phases, count, blocks, outputs / block, block * block])],
            { perm: { ints: [0, 2, 3, 1, 4] } },
          );
    return arrays.reshape(ordered, [phases * filled, outputs, ...taps]);
  });
}

/** Places of the filter's taps, by phase (row, column) and then backwards by tap (row, column). */
function turnedTaps(taps: readonly [number, number], strides: readonly [number, number]): number[] {
  const order: number[] = [];
  for (let phaseRow = 0; phaseRow < strides[0]; phaseRow++)
    for (let phaseColumn = 0; phaseColumn < strides[1]; phaseColumn++)
      for (let row = taps[0] - 1; row >= 0; row--)
        for (let column = taps[1] - 1; column >= 0; column--)
          order.push(
            (row * strides[0] + phaseRow) * (taps[1] * strides[1]) +
              column * strides[1] +
              phaseColumn,
          );
  return order;
}

/** Zeros at the end of some axes. */
export function fill(name: string, ends: readonly number[], { builder }: BlockedArrays): string {
  if (ends.every((count) => count === 0)) return name;
  const pads = [...ends.map(() => 0), ...ends];
  return builder.emit("Pad", [name, builder.ints(pads)]);
}
