/** What people get wrong, and what they are told: the value, and what to do. */
import { UserError } from "@fqgan/registry";
import { createKey, hostTensor, type Tensor2D, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createQuantizer, lookupValues, quantizeValues, splitIndices } from "./index.js";

const key = createKey(0);
const vq = () => createQuantizer({ name: "vq", size: 8, dimensions: 4 }, key);
const rows = (...values: number[]) => hostTensor(Float32Array.from(values), [1, values.length]);
const created = (config: Record<string, unknown>) => () =>
  createQuantizer({ name: "vq", ...config }, key);

describe.each<[string, () => unknown, RegExp]>([
  [
    "latents of another length",
    () => vq().quantize(tf.zeros([2, 3]) as Tensor2D, { training: false }),
    /vq: expected latents \[N, 4\], got \[2, 3\]; project .* or change the quantizer's dimensions/,
  ],
  [
    "NaN among latents",
    () => quantizeValues(vq(), rows(0, Number.NaN, 0, 0)),
    /expected finite latents, got NaN at 1; .*lower the learning rate or clip gradients/,
  ],
  [
    "infinite latents",
    () => quantizeValues(vq(), rows(0, 0, Number.NEGATIVE_INFINITY, 0)),
    /expected finite latents, got -Infinity at 2/,
  ],
  [
    "more codes than an index can tell apart",
    created({ size: 2 ** 31 + 1 }),
    /size: expected a whole number of codes from 2 to 2\^31.*, got 2147483649; split more over several/,
  ],
  [
    "a codebook without codes",
    created({ size: 0 }),
    /size: expected a whole number of codes from 2 .*, got 0/,
  ],
  [
    "more bits than an index has",
    created({ name: "lfq", bits: 40 }),
    /bits: expected a whole number of bits from 1 to 31, got 40; .*split more over several codebooks/,
  ],
  [
    "levels that are none",
    created({ name: "fsq", levels: [8, 1] }),
    /levels\.1: expected a whole number of levels from 2 to 1000, got 1; give one for each coordinate/,
  ],
  [
    "levels that multiply to too many codes",
    created({ name: "fsq", levels: [1000, 1000, 1000, 1000] }),
    /fsq: levels: expected at most 2\^31 codes, got 1000·1000·1000·1000; split them/,
  ],
  [
    "parts that do not multiply to the codebook",
    () => splitIndices(Int32Array.of(0), { low: 2 ** 6, high: 2 ** 11 }, { size: 2 ** 18 }),
    /sizes that multiply to 262144 codes, got 64·2048 = 131072; change one of low, high/,
  ],
  [
    "an index that no code has",
    () => lookupValues(vq(), Int32Array.of(0, 8)),
    /expected indices in \[0, 8\), got 8 at 1; were these codes written with another tokenizer\?/,
  ],
  ["an unknown option", created({ size: 8, bta: 1 }), /bta: unknown key; did you mean beta\?/],
  [
    "an unknown quantizer",
    () => createQuantizer({ name: "vqq" }, key),
    /unknown name "vqq"; did you mean "vq"\?/,
  ],
])("%s", (_, attempt, message) => {
  it("is refused by value, with what to do", async () => {
    const error: unknown = await Promise.resolve()
      .then(attempt)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(message);
  });
});
