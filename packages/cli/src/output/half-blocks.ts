import { type Image, resizePil } from "@fqgan/image";

/**
 * A picture in a terminal of true colours: each character shows two pixels, the upper as its own colour and
 * the lower as its background.
 * @param columns characters a line at most
 */
export function halfBlocks(image: Image, columns: number): string[] {
  const width = Math.min(image.width, columns);
  const height = 2 * Math.max(1, Math.round((image.height * width) / image.width / 2));
  const small =
    width === image.width && height === image.height
      ? image
      : resizePil(image, { width, height, filter: "box" });
  const pixel = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    return small.data.subarray(at, at + 3).join(";");
  };
  return Array.from({ length: height / 2 }, (_, line) => {
    const cells = Array.from(
      { length: width },
      (_, x) => `\u001b[38;2;${pixel(x, 2 * line)}m\u001b[48;2;${pixel(x, 2 * line + 1)}m▀`,
    );
    return `${cells.join("")}\u001b[0m`;
  });
}
