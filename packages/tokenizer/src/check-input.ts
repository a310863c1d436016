import { type Codes, checkIndices } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import { type Grid, positionsOf } from "./grid.js";

/** Refuses anything but float32 [B, size, size, channels]. */
export function checkImages(images: HostTensor, image: { size: number; channels: number }): void {
  const { dtype, shape } = images;
  const expected = [image.size, image.size, image.channels];
  if (dtype === "float32" && shape.length === 4 && shape.slice(1).join() === expected.join())
    return;
  throw new UserError(
    `images: expected float32 [B, ${expected.join(", ")}] in [-1, 1], got ${dtype} ` +
      `[${shape.join(", ")}]; resize and crop them to ${image.size}×${image.size} first`,
  );
}

/** Refuses codes that a tokenizer with these codebooks could not have written. */
export function checkCodes(
  codes: Codes<HostTensor>,
  codebooks: Readonly<Record<string, { readonly size: number; readonly grid: Grid }>>,
): void {
  const names = Object.keys(codebooks);
  const batch = codes[names[0]!]?.shape[0];
  if (Object.keys(codes).sort().join() !== [...names].sort().join())
    throw new UserError(
      `codes: expected the codebooks ${names.join(", ")}, got ${Object.keys(codes).join(", ")}; ` +
        "were they written with another tokenizer?",
    );
  for (const [name, { size, grid }] of Object.entries(codebooks)) {
    const positions = positionsOf(grid);
    const { dtype, shape, data } = codes[name]!;
    if (dtype !== "int32" || shape.join() !== [batch, positions].join())
      throw new UserError(
        `codes.${name}: expected int32 [B, ${positions}] with one B for all, got ${dtype} ` +
          `[${shape.join(", ")}]; give one row of ${positions} indices for each image`,
      );
    checkIndices(`codes.${name}`, data as Int32Array, size);
  }
}

/** Refuses to write or read codes where some factor has none. */
export function checkDiscrete(continuous: readonly string[]): void {
  if (continuous.length === 0) return;
  throw new UserError(
    `codes: expected codebooks, got continuous latents in ${continuous.join(", ")}, which have no ` +
      "codes to write or read; reconstruct images directly, or use a tokenizer with codebooks",
  );
}
