/**
 * The small FQGAN-dual that comes with this package, for 64×64 images: `loadTokenizer` takes it, in
 * browsers too. What it was trained on, and its licence, is in `models/README.md`.
 */
export const defaultTokenizer = new URL("../models/fqgan-dual-64.safetensors", import.meta.url);
