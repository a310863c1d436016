import * as z from "zod";

/** Of a vision transformer (Dosovitskiy et al., arXiv 2010.11929); by default ViT-Base. */
export const transformerOptions = {
  channels: z.int().positive().default(768).describe("width of a token"),
  layers: z.int().positive().default(12).describe("transformer blocks"),
  heads: z.int().positive().default(12).describe("attention heads; they share the width"),
};

export const patch = (fallback: number) =>
  z.int().positive().default(fallback).describe("side of a patch, in pixels");
