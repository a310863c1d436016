import {
  centreCrop,
  decodeImage,
  encodePng,
  toSignedUnit,
  toUint8,
  unpackImages,
} from "@fqgan/image";
import { hostTensor } from "@fqgan/tensor";
import { defaultTokenizer, loadTokenizer } from "@fqgan/tokenizer";

// a run's checkpoints/model.safetensors, a .pt of FQGAN's or LlamaGen's, or the small one that comes along
const tokenizer = await loadTokenizer(defaultTokenizer);
const { size } = tokenizer.config.image;

/** A picture's codes: int32 [1, N] by codebook. @param file PNG, JPEG or WebP */
export async function encode(file: string) {
  const square = centreCrop(await decodeImage(file), size);
  return tokenizer.encode(hostTensor(toSignedUnit(square.data), [1, size, size, 3]));
}

/** The PNG that codes draw. */
export async function decode(codes: Awaited<ReturnType<typeof encode>>) {
  const pictures = await tokenizer.decode(codes); // [1, size, size, 3] in [-1, 1]
  const [picture] = unpackImages(toUint8(pictures.data as Float32Array), size);
  return encodePng(picture!);
}

export const { codebooks, bitsPerImage } = tokenizer; // { visual: { size, grid }, semantic: … }, 4608
