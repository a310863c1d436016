import { UserError } from "@fqgan/registry";
import {
  createKey,
  type HostTensor,
  hostTensor,
  nn,
  readVariables,
  writeVariables,
} from "@fqgan/tensor";
import { parseTokenizerConfig } from "./config.js";
import { Tokenizer } from "./tokenizer.js";

/**
 * A copy of a tokenizer for square images of another size: learned positions, which fit one grid, are
 * interpolated linearly to the new one. It was not trained so: expect less of it the further the sizes
 * are apart.
 */
export async function tokenizerAtSize(tokenizer: Tokenizer, size: number): Promise<Tokenizer> {
  const { image } = tokenizer.config;
  const config = parseTokenizerConfig({ ...tokenizer.config, image: { ...image, size } });
  const resized = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  const variables = resized.namedVariables();
  const weights = await readVariables(tokenizer.namedVariables());
  const fitted = Object.entries(weights).map(([name, tensor]) => {
    const shape = variables.get(name)?.shape ?? [];
    if (shape.join() === tensor.shape.join()) return [name, tensor] as const;
    if (/(^|\.)positionTable$/.test(name))
      return [name, resizePositions(tensor, shape[0]!)] as const;
    throw new UserError(
      `images of ${size}×${size}: expected ${image.size}×${image.size}, the only size that ${name} fits; ` +
        "crop or tile them instead",
    );
  });
  writeVariables(variables, Object.fromEntries(fitted), `the tokenizer at ${size}×${size}`);
  return resized;
}

/** [h·h, C] or [1 + h·h, C], a class token's row first, → as many rows as asked for. */
function resizePositions({ data, shape }: HostTensor, rows: number): HostTensor {
  const [count, channels] = shape as [number, number];
  const extra = count - Math.floor(Math.sqrt(count)) ** 2;
  const [from, to] = [Math.sqrt(count - extra), Math.sqrt(rows - extra)];
  const values = new Float32Array(rows * channels);
  values.set(data.subarray(0, extra * channels));
  /** The two source lines around a target line's centre, and the share of the second. */
  const around = (line: number) => {
    const centre = Math.min(Math.max(((line + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(centre);
    return { first, second: Math.min(first + 1, from - 1), share: centre - first };
  };
  for (let y = 0; y < to; y++)
    for (let x = 0; x < to; x++) {
      const vertical = around(y);
      const horizontal = around(x);
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) =>
          data[(extra + row * from + column) * channels + c]!;
        const blend = (row: number) =>
          at(row, horizontal.first) * (1 - horizontal.share) +
          at(row, horizontal.second) * horizontal.share;
        values[(extra + y * to + x) * channels + c] =
          blend(vertical.first) * (1 - vertical.share) + blend(vertical.second) * vertical.share;
      }
    }
  return hostTensor(values, [rows, channels]);
}
