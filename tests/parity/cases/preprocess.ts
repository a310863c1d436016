import { join } from "node:path";
import {
  centreCrop,
  crop,
  type Image,
  resizeSmallerSide,
  tenCrop,
  toSignedUnit,
  toUint8,
} from "@fqgan/image";
import type { HostTensor } from "@fqgan/tensor";
import { largestDifference } from "../metrics/resizing.js";
import { type CaseKind, type Check, readTensors } from "../parity-case.js";

/** The draws of one random crop. */
interface RandomCrop {
  readonly size: number;
  readonly random: {
    readonly smaller_dim: number;
    readonly crop_x: number;
    readonly crop_y: number;
  };
}

/** Crops for training, evaluation and extraction, and the way between floats and 8 bits. */
export const preprocess: CaseKind = {
  kinds: ["preprocess"],
  engines: ["eager"],
  async check({ folder, meta }) {
    const tensors = readTensors(join(folder, "preprocess.safetensors"));
    return [
      ...(meta.cases as RandomCrop[]).flatMap((golden, i) => cropChecks(golden, `${i}`, tensors)),
      ...tenCropChecks(tensors),
      exact("to 8 bits", toUint8(tensors["touint8.x"]!.data as Float32Array), tensors["touint8.y"]),
      exact(
        "8 bits to [-1, 1]",
        toSignedUnit(tensors["roundtrip.y"]!.data as Uint8Array),
        tensors["roundtrip.x"],
      ),
      exact(
        "and back",
        toUint8(tensors["roundtrip.x"]!.data as Float32Array),
        tensors["roundtrip.y"],
      ),
    ];
  },
};

/** [H, W, 3] */
function imageOf({ shape, data }: HostTensor): Image {
  const [height, width, channels] = shape as [number, number, number];
  return { width, height, channels, data: data as Uint8Array };
}

const exact = (name: string, actual: ArrayLike<number>, wanted: HostTensor | undefined): Check => ({
  name,
  error: largestDifference(actual, wanted?.data ?? []),
  tolerance: 0,
});

function cropChecks(
  { size, random }: RandomCrop,
  name: string,
  tensors: Readonly<Record<string, HostTensor>>,
): Check[] {
  const image = imageOf(tensors[`${name}.image`]!);
  const placed = crop(resizeSmallerSide(image, random.smaller_dim), {
    left: random.crop_x,
    top: random.crop_y,
    width: size,
    height: size,
  });
  return [
    exact(`centre crop ${name}`, centreCrop(image, size).data, tensors[`${name}.center`]),
    exact(`random crop ${name}`, placed.data, tensors[`${name}.random`]),
  ];
}

function tenCropChecks(tensors: Readonly<Record<string, HostTensor>>): Check[] {
  const centre = Object.keys(tensors).find((name) => name.startsWith("ten.center"))!;
  const { shape } = tensors["ten.crops"]!; // [10, 3, S, S] in [-1, 1]
  const size = shape[2]!;
  const square = centreCrop(imageOf(tensors["ten.image"]!), tensors[centre]!.shape[0]!);
  const crops = tenCrop(square, size).flatMap(({ data }) => {
    const values = toSignedUnit(data);
    const plane = (c: number) => [...values.filter((_, i) => i % 3 === c)];
    return [...plane(0), ...plane(1), ...plane(2)];
  });
  return [
    exact("centre crop before ten", square.data, tensors[centre]),
    exact("ten crops", crops, tensors["ten.crops"]),
  ];
}
