import {
  type Dataset,
  NEAR_COPY_DISTANCE,
  nearCopyShare,
  nearestNeighbours,
  type Split,
} from "@fqgan/data";
import type { Protocol, Summary } from "../schema/run-format.js";

/**
 * How near images are to the training images: a generator that copies has a low FID against them, and
 * samples nearer to them than anything new is, which is what test images are measured for.
 */
export class NearestTraining {
  private constructor(
    private readonly train: Uint8Array,
    private readonly size: number,
    private readonly protocol: Protocol,
  ) {}

  static async of({ splits, size }: Pick<Dataset, "splits" | "size">): Promise<NearestTraining> {
    return new NearestTraining(await pixelsOf(splits.train), size, {
      split: "train",
      images: splits.train.count,
      measure:
        "nearest training image, root mean square difference of 16×16 pixels; " +
        `a near copy is nearer than ${NEAR_COPY_DISTANCE}`,
    });
  }

  /**
   * `<of>/nearestTrain`, the mean distance, and `<of>/nearCopies`, a share.
   * @param images [n, S, S, 3] uint8
   */
  summary(of: string, images: Uint8Array): Summary {
    const nearest = nearestNeighbours(images, this.train, this.size);
    const metrics = {
      [`${of}/nearestTrain`]:
        nearest.reduce((sum, { distance }) => sum + distance, 0) / nearest.length,
      [`${of}/nearCopies`]: nearCopyShare(nearest),
    };
    const protocols = Object.keys(metrics).map((name) => [name, this.protocol] as const);
    return { metrics, protocols: Object.fromEntries(protocols) };
  }
}

/** All images of a split, uint8. */
export const pixelsOf = (split: Split): Promise<Uint8Array> =>
  split.images(Array.from({ length: split.count }, (_, i) => i));
