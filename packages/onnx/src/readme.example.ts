import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTokenizer } from "@fqgan/onnx";
import { exportTokenizer, nodeRuntime, readExported, writeExported } from "@fqgan/onnx/export";
import { createKey, uniform } from "@fqgan/tensor";
import { defaultTokenizer, loadTokenizer } from "@fqgan/tokenizer";

// The small tokenizer that comes along, with weights of 16 bits, as a folder of files.
const tokenizer = await loadTokenizer(defaultTokenizer);
const exported = await exportTokenizer(tokenizer, { preset: "small", precision: "float16" });
const folder = join(mkdtempSync(join(tmpdir(), "fqgan-")), "exported");
writeExported(folder, exported);

// From here on there is no TensorFlow.js: a manifest, and ONNX Runtime.
const manifest = readExported(folder);
const model = await openTokenizer({ manifest, ...(await nodeRuntime(folder)) });
const { height, width, channels } = model.image;
const noise = uniform(createKey(0), 2 * height * width * channels).map((u) => 2 * u - 1); // two images
export const codes = await model.encode(noise); // { visual: Int32Array, semantic: Int32Array }
export const pictures = await model.decode(codes); // [2, 64, 64, 3] in [-1, 1]
export const visualAlone = await model.decode(codes, { factors: ["visual"] });
export const swapped = await model.decode({ ...codes, semantic: codes.semantic!.toReversed() });
await model.dispose();
