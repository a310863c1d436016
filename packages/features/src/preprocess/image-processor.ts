/** What `preprocessor_config.json` of a Hugging Face model says, done as its Python processors with Pillow do. */
import { crop, type Image, type PilFilter, resizePil } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { Preparation } from "./preparation.js";

const side = z.int().min(1);
const sides = z.union([
  side.transform((shortest_edge) => ({ shortest_edge })),
  z.object({ shortest_edge: side }),
  z.object({ height: side, width: side }),
]);
const three = z.tuple([z.number(), z.number(), z.number()]);

const schema = z.object({
  do_resize: z.boolean().default(true),
  size: sides.optional(),
  resample: z.int().default(2),
  do_center_crop: z.boolean().default(false),
  crop_size: z
    .union([
      side.transform((length) => ({ height: length, width: length })),
      z.object({ height: side, width: side }),
    ])
    .optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: three.default([0, 0, 0]),
  image_std: three.default([1, 1, 1]),
});

/** Pillow's numbers of its filters. */
const FILTERS: readonly PilFilter[] = ["nearest", "lanczos", "bilinear", "bicubic", "box"];

const { fround } = Math;

/** @param where names the model in errors */
export function imageProcessor(config: unknown, where: string): Preparation {
  const parsed = schema.safeParse(config);
  if (!parsed.success)
    throw new UserError(
      `${where}: its preprocessor_config.json can't be followed: ${z.prettifyError(parsed.error)}`,
    );
  const { do_resize, size, resample, do_center_crop, crop_size } = parsed.data;
  const { do_rescale, rescale_factor, do_normalize, image_mean, image_std } = parsed.data;
  const filter = FILTERS[resample];
  const end = do_center_crop ? crop_size : do_resize && size && "height" in size ? size : undefined;
  if (!end || !filter)
    throw new UserError(
      `${where}: expected a preprocessor_config.json with a fixed size and one of Pillow's filters 0 to 4, ` +
        `got size ${JSON.stringify(size)}, crop ${JSON.stringify(crop_size)}, resample ${resample}`,
    );
  const factor = do_rescale ? rescale_factor : 1;
  const tables = image_mean.map((mean, c) =>
    Float32Array.from({ length: 256 }, (_, x) => {
      const scaled = fround(x * factor);
      return do_normalize ? fround(fround(scaled - fround(mean)) / fround(image_std[c]!)) : scaled;
    }),
  );
  const resized = (image: Image) =>
    do_resize && size ? resizePil(image, { ...targetOf(image, size), filter }) : image;
  const words = do_resize && size ? `, Pillow ${filter} to ${describe(size)}` : "";
  return {
    description: `8 bits${words}${do_center_crop ? `, centre ${end.width}×${end.height}` : ""}, the model's mean and deviation`,
    shape: [end.height, end.width, 3],
    prepare(image) {
      const whole = resized(image);
      const { data } = do_center_crop ? centre(whole, end, where) : whole;
      return Float32Array.from(data, (x, i) => tables[i % 3]![x]!);
    },
  };
}

type Size = z.output<typeof sides>;

const describe = (size: Size) =>
  "height" in size ? `${size.width}×${size.height}` : `a smaller side of ${size.shortest_edge}`;

/** Sides after resizing; the longer one is rounded down. */
function targetOf({ width, height }: Image, size: Size): { width: number; height: number } {
  if ("height" in size) return { width: size.width, height: size.height };
  const { shortest_edge: shortest } = size;
  return width <= height
    ? { width: shortest, height: Math.floor((shortest * height) / width) }
    : { width: Math.floor((shortest * width) / height), height: shortest };
}

function centre(image: Image, end: { height: number; width: number }, where: string): Image {
  if (image.width < end.width || image.height < end.height)
    throw new UserError(
      `${where}: expected images of at least ${end.width}×${end.height} before the crop, got ` +
        `${image.width}×${image.height}; enlarge them first`,
    );
  return crop(image, {
    left: Math.floor((image.width - end.width) / 2),
    top: Math.floor((image.height - end.height) / 2),
    ...end,
  });
}
