import { type Codes, checkIndices } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

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

/** Refuses codes that this tokenizer could not have written. */
export function checkCodes(
  codes: Codes<HostTensor>,
  tokenizer: { codebooks: Readonly<Record<string, { size: number }>>; grid: number },
): void {
  const names = Object.keys(tokenizer.codebooks);
  const positions = tokenizer.grid ** 2;
  const batch = codes[names[0]!]?.shape[0];
  if (Object.keys(codes).sort().join() !== [...names].sort().join())
    throw new UserError(
      `codes: expected the codebooks ${names.join(", ")}, got ${Object.keys(codes).join(", ")}; ` +
        "were they written with another tokenizer?",
    );
  for (const [name, { size }] of Object.entries(tokenizer.codebooks)) {
    const { dtype, shape, data } = codes[name]!;
    if (dtype !== "int32" || shape.join() !== [batch, positions].join())
      throw new UserError(
        `codes.${name}: expected int32 [B, ${positions}] with one B for all, got ${dtype} ` +
          `[${shape.join(", ")}]; give one row of ${positions} indices for each image`,
      );
    checkIndices(`codes.${name}`, data as Int32Array, size);
  }
}
