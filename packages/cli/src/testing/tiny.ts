import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng } from "@fqgan/image";
import { createTokenizer, saveTokenizer, type TokenizerConfigInput } from "@fqgan/tokenizer";
import { afterAll } from "vitest";

const network = {
  name: "convolutional",
  channels: 8,
  multipliers: [1, 2],
  groups: 4,
  residualBlocks: 1,
};
const codebook = {
  quantizer: { name: "vq", size: 16, dimensions: 4 },
  adapter: { name: "transformer", layers: 1, heads: 2 },
};

/** FQGAN-dual for 16×16 images. */
export const tinyConfig: TokenizerConfigInput = {
  image: { size: 16 },
  latentChannels: 8,
  encoder: network,
  decoder: network,
  codebooks: { visual: codebook, semantic: codebook },
};

/** A folder that is removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fqgan-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function writeTinyTokenizer(path: string, seed = 1): Promise<string> {
  await saveTokenizer(path, createTokenizer(tinyConfig, seed));
  return path;
}

/** A colourful PNG. */
export async function writeTinyPicture(
  path: string,
  { width, height }: { width: number; height: number },
): Promise<string> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 256);
  writeFileSync(path, await encodePng({ width, height, channels: 3, data }));
  return path;
}
