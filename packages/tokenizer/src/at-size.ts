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
import { type Grid, positionsOf } from "./grid.js";
import { TokenTransformer } from "./token-transformer.js";
import { Tokenizer } from "./tokenizer.js";

/**
 * A copy of a tokenizer for square images of another size: learned positions, which fit one grid, are
 * interpolated linearly to the new one; those of tokens without a place in the image stay. It was not
 * trained so: expect less of it the further the sizes are apart. A UserError where the size is no whole
 * number of patches or other weights fit one size only.
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
    const [from, to] = [ownerOf(tokenizer, name), ownerOf(resized, name)];
    if (from instanceof TokenTransformer && to instanceof TokenTransformer)
      return [name, resizePositions(tensor, from.grids, to.grids)] as const;
    throw new UserError(
      `images of ${size}×${size}: expected ${image.size}×${image.size}, the only size that ${name} fits; ` +
        "crop or tile them instead",
    );
  });
  writeVariables(variables, Object.fromEntries(fitted), `the tokenizer at ${size}×${size}`);
  return resized;
}

/** What has the variable of this name as a field. */
function ownerOf(module: nn.Module, name: string): unknown {
  const fields = name.split(".").slice(0, -1);
  return fields.reduce<unknown>(
    (owner, field) => (owner as Readonly<Record<string, unknown>>)[field],
    module,
  );
}

/** [T, C], positions of one grid after another, → those of the other grids. */
function resizePositions(
  { data, shape }: HostTensor,
  from: readonly Grid[],
  to: readonly Grid[],
): HostTensor {
  const channels = shape[1]!;
  let first = 0;
  const parts = from.map((grid, i) => {
    const part = data.subarray(first, first + positionsOf(grid) * channels) as Float32Array;
    first += part.length;
    return resizeGrid({ data: part, channels }, grid, to[i]!);
  });
  const values = Float32Array.from(parts.flatMap((part) => [...part]));
  return hostTensor(values, [values.length / channels, channels]);
}

/** Positions of a grid, [h·w, C], → those of another. */
function resizeGrid(
  { data, channels }: { readonly data: Float32Array; readonly channels: number },
  [fromRows, fromColumns]: Grid,
  [toRows, toColumns]: Grid,
): Float32Array {
  const values = new Float32Array(toRows * toColumns * channels);
  for (let y = 0; y < toRows; y++)
    for (let x = 0; x < toColumns; x++) {
      const vertical = around(y, fromRows, toRows);
      const horizontal = around(x, fromColumns, toColumns);
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) =>
          data[(row * fromColumns + column) * channels + c]!;
        const blend = (row: number) =>
          at(row, horizontal.first) * (1 - horizontal.share) +
          at(row, horizontal.second) * horizontal.share;
        values[(y * toColumns + x) * channels + c] =
          blend(vertical.first) * (1 - vertical.share) + blend(vertical.second) * vertical.share;
      }
    }
  return values;
}

/** The two of `from` lines around the centre of one of `to` lines, and the share of the second. */
function around(line: number, from: number, to: number) {
  const centre = Math.min(Math.max(((line + 0.5) * from) / to - 0.5, 0), from - 1);
  const first = Math.floor(centre);
  return { first, second: Math.min(first + 1, from - 1), share: centre - first };
}
