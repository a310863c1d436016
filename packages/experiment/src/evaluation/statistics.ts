import { loadExtractor } from "@fqgan/features";
import { encodeNpz, Moments, writeReference } from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import { type Rejected, sameSize, single } from "./evaluate-images.js";
import { asTensor } from "./evaluate-sets.js";
import type { ImageSource } from "./image-source.js";

/** The Gaussian of a set as the bytes of an .npz that pytorch-fid, clean-fid and ADM read, too. */
export async function referenceFile(options: {
  readonly images: ImageSource;
  readonly extractor: StrategyConfig;
  readonly onImages?: ((done: number, total: number) => void) | undefined;
}): Promise<{
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly rejected: readonly Rejected[];
}> {
  const { images, extractor: config, onImages } = options;
  const extractor = await loadExtractor(config);
  try {
    const [features, spatial] = [new Moments(), new Moments()];
    const rejected: Rejected[] = [];
    for await (const batch of sameSize(single(images), rejected)) {
      const seen = await extractor.extract(asTensor(batch.map(([image]) => image!)));
      features.append(seen.features);
      if (seen.spatial) spatial.append(seen.spatial);
      onImages?.(features.count, images.count);
    }
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
    return { bytes: encodeNpz(arrays), count: features.count, rejected };
  } finally {
    extractor.dispose();
  }
}
