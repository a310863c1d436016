import {
  centreCrop,
  contactSheet,
  decodeImage,
  encodePng,
  toSignedUnit,
  toUint8,
  unpackImages,
} from "@fqgan/image";

// any PNG, JPEG or WebP, cut to 64×64 as ADM, LlamaGen and FQGAN do
const photo = await decodeImage("tests/parity/fixtures/image/large_360x410.webp");
const square = centreCrop(photo, 64);

// to a model's floats in [-1, 1] and back to 8 bits
const batch = toSignedUnit(square.data); // [1, 64, 64, 3]
const [reconstruction] = unpackImages(toUint8(batch), 64);

// side by side, four times as large
export const png = await encodePng(contactSheet([[square, reconstruction!]], { scale: 4 }));
