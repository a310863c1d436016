/** The image classifiers under LPIPS, as torchvision builds and numbers their `features`. */

export interface TrunkConvolution {
  /** Position in torchvision's `features`, by which weights are named. */
  readonly index: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding: number;
}

/** What lies between two taps; the tap is after the last ReLU. */
export interface TrunkStage {
  /** A max pool before the stage: its window; it moves by 2. */
  readonly pool?: number;
  readonly convolutions: readonly TrunkConvolution[];
}

export interface Trunk {
  readonly stages: readonly TrunkStage[];
  /** Smaller images vanish in the pools. */
  readonly smallestSide: number;
}

/** Convolutions of 3×3 with a ReLU after each: they take every second index. */
function vggStage(start: number, inputs: number, outputs: readonly number[]): TrunkStage {
  const convolutions = outputs.map((width, i) => ({
    index: start + 2 * i,
    inputs: i === 0 ? inputs : outputs[i - 1]!,
    outputs: width,
    kernel: 3,
    padding: 1,
  }));
  return start === 0 ? { convolutions } : { pool: 2, convolutions };
}

export const trunks = {
  /** VGG-16 (Simonyan & Zisserman, arXiv 1409.1556): conv1_2, conv2_2, conv3_3, conv4_3, conv5_3. */
  vgg16: {
    stages: [
      vggStage(0, 3, [64, 64]),
      vggStage(5, 64, [128, 128]),
      vggStage(10, 128, [256, 256, 256]),
      vggStage(17, 256, [512, 512, 512]),
      vggStage(24, 512, [512, 512, 512]),
    ],
    smallestSide: 16,
  },
  /** AlexNet in torchvision's one-column form (Krizhevsky, arXiv 1404.5997): each convolution is a tap. */
  alexnet: {
    stages: [
      {
        convolutions: [{ index: 0, inputs: 3, outputs: 64, kernel: 11, stride: 4, padding: 2 }],
      },
      { pool: 3, convolutions: [{ index: 3, inputs: 64, outputs: 192, kernel: 5, padding: 2 }] },
      { pool: 3, convolutions: [{ index: 6, inputs: 192, outputs: 384, kernel: 3, padding: 1 }] },
      { convolutions: [{ index: 8, inputs: 384, outputs: 256, kernel: 3, padding: 1 }] },
      { convolutions: [{ index: 10, inputs: 256, outputs: 256, kernel: 3, padding: 1 }] },
    ],
    smallestSide: 31,
  },
} as const satisfies Record<string, Trunk>;

export type TrunkName = keyof typeof trunks;
