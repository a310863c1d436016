/** ONNX files of a few nodes without attributes, for tests. */

type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

/** A protocol buffer's message. */
function message(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([number, value]) => {
      if (typeof value === "number") return [...varint(number << 3), ...varint(value)];
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
      return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
    }),
  );
}

function port(name: string, shape: readonly (number | string)[]): Uint8Array {
  const sides = message(
    shape.map((side): Field => [1, message([[typeof side === "number" ? 1 : 2, side]])]),
  );
  const tensor = message([
    [1, 1], // float32
    [2, sides],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensor]])],
  ]);
}

/** Ops one after another, from `input` to `output`; sides are numbers, or names where they are open. */
export function tinyOnnx(model: {
  readonly input: { readonly name: string; readonly shape: readonly (number | string)[] };
  readonly output: { readonly name: string; readonly shape: readonly (number | string)[] };
  readonly ops: readonly string[];
}): Uint8Array {
  const { input, output, ops } = model;
  const names = [input.name, ...ops.slice(1).map((_, i) => `between${i}`), output.name];
  const nodes = ops.map(
    (op, i): Field => [
      1,
      message([
        [1, names[i]!],
        [2, names[i + 1]!],
        [4, op],
      ]),
    ],
  );
  const graph = message([
    ...nodes,
    [2, "tiny"],
    [11, port(input.name, input.shape)],
    [12, port(output.name, output.shape)],
  ]);
  const opset = message([
    [1, ""],
    [2, 17],
  ]);
  return message([
    [1, 8],
    [7, graph],
    [8, opset],
  ]);
}
