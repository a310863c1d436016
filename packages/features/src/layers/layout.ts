/** PyTorch's layouts into ours: channels last, inputs before outputs. */

/** A convolution's weight [O, I, h, w] → [h, w, I, O]. */
export function filterFromTorch(
  weight: Float32Array,
  shape: readonly [outputs: number, inputs: number, height: number, width: number],
): Float32Array {
  const [outputs, inputs, height, width] = shape;
  const filter = new Float32Array(weight.length);
  const places = height * width;
  let from = 0;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let place = 0; place < places; place++)
        filter[(place * inputs + i) * outputs + o] = weight[from++]!;
  return filter;
}

/** A linear layer's weight [O, I] → [I, O]. */
export function transposed(weight: Float32Array, outputs: number, inputs: number): Float32Array {
  return filterFromTorch(weight, [outputs, inputs, 1, 1]);
}
