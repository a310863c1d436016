import { loadExtractor } from "@fqgan/features";
import { encodeNpz, Moments, together, writeReference } from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import { type KeepOptions, KeptPass, type Rejected } from "../store/kept-pass.js";
import { sameSize, single } from "./evaluate-images.js";
import { asTensor } from "./evaluate-sets.js";
import type { ImageSource } from "./image-source.js";

/** The Gaussian of a set as the bytes of an .npz that pytorch-fid, clean-fid and ADM read, too. */
export async function referenceFile(options: {
  readonly images: ImageSource;
  readonly extractor: StrategyConfig;
  readonly onImages?: ((done: number, total: number) => void) | undefined;
  /** Goes on where the same pass was stopped; left out: begins anew and keeps nothing. */
  readonly keep?: KeepOptions | undefined;
}): Promise<{
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly rejected: readonly Rejected[];
  /** To be called once the bytes are written: the same pass would find its statistics until then. */
  forget(): void;
}> {
  const { images, extractor: config, onImages, keep } = options;
  const extractor = await loadExtractor(config);
  try {
    const [features, spatial] = [new Moments(), new Moments()];
    const what = {
      images: images.identity,
      network: [extractor.name, extractor.hash, extractor.preparation],
    };
    const kept = await KeptPass.open(what, together({ features, spatial }), keep);
    const { read, counted, rejected } = kept.position;
    const from = read.real;
    for await (const { images: batch, rows } of sameSize(single(images, from), rejected)) {
      const seen = await extractor.extract(asTensor(batch.map(([image]) => image!)));
      features.append(seen.features);
      if (seen.spatial) spatial.append(seen.spatial);
      read.real = from + rows;
      counted.real = features.count;
      onImages?.(features.count, images.count);
      kept.offer();
    }
    kept.finish();
    if (features.count < 2)
      throw new UserError(
        `${images.name}: expected at least 2 images that can be read, got ${features.count}`,
      );
    const arrays = writeReference({
      features: features.covariance(),
      ...(spatial.count > 0 && { spatial: spatial.covariance() }),
      protocol: {
        extractor: extractor.name,
        extractorHash: extractor.hash,
        preparation: extractor.preparation,
        images: images.name,
        fingerprint: images.fingerprint,
      },
    });
    return {
      bytes: encodeNpz(arrays),
      count: features.count,
      rejected,
      forget: () => kept.forget(),
    };
  } finally {
    extractor.dispose();
  }
}
