import { createKey, fold, type Key, nn } from "@fqgan/tensor";

const unused = createKey(0);

/** First values of a weight: N(0, 0.02²) from a key, or zeros when they are about to be loaded. */
export function weightInit(key: Key | undefined, name: string) {
  return key
    ? { key: fold(key, name), init: nn.normalInit(0.02) }
    : { key: unused, init: nn.constantInit(0) };
}

/** Output layers start at zero, so that an untrained model is uniform over the codes. */
export const zeroInit = { key: unused, init: nn.constantInit(0) };
