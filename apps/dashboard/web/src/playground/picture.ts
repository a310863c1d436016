import { useEffect } from "react";
import type { Sample } from "./samples.js";

/** An image that somebody chose, decoded. */
export interface Picture {
  readonly name: string;
  readonly bitmap: ImageBitmap;
}

/** Colours as the file has them, upright. */
const DECODING: ImageBitmapOptions = {
  colorSpaceConversion: "none",
  premultiplyAlpha: "none",
  imageOrientation: "from-image",
};

/** @throws with a sentence where the file is no image that this browser reads */
export async function pictureOfFile(file: Blob, name: string): Promise<Picture> {
  try {
    return { name, bitmap: await createImageBitmap(file, DECODING) };
  } catch {
    throw new Error(
      `${name}: this browser can't read it as an image; PNG, JPEG and WebP work everywhere`,
    );
  }
}

export async function pictureOfSample({ name, address }: Sample): Promise<Picture> {
  const response = await fetch(address);
  return pictureOfFile(await response.blob(), name);
}

export async function pictureOfPixels(image: ImageData, name: string): Promise<Picture> {
  return { name, bitmap: await createImageBitmap(image) };
}

/** The first image among what was dropped or pasted. */
export const imageIn = (data: DataTransfer | null): File | undefined =>
  [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/")) ?? data?.files[0];

/** Images pasted anywhere, and dropped anywhere but on a place of their own. */
export function useDroppedPictures(onFile: (file: File) => void): void {
  useEffect(() => {
    const stay = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      const isTaken = event.defaultPrevented;
      event.preventDefault();
      const file = imageIn(event.dataTransfer);
      if (file && !isTaken) onFile(file);
    };
    const paste = (event: ClipboardEvent) => {
      const file = imageIn(event.clipboardData);
      if (file) onFile(file);
    };
    window.addEventListener("dragover", stay);
    window.addEventListener("drop", drop);
    window.addEventListener("paste", paste);
    return () => {
      window.removeEventListener("dragover", stay);
      window.removeEventListener("drop", drop);
      window.removeEventListener("paste", paste);
    };
  }, [onFile]);
}
