import type { MediaItem, RunDetail } from "../../../server/api-types.js";

/** The picture of the test images whose codes the Tokens page shows. */
export const TOKEN_IMAGES = "token-images";

/** A run's pictures of its training, by kind. */
export function mediaByKind({ media }: RunDetail): Map<string, MediaItem[]> {
  const kinds = new Map<string, MediaItem[]>();
  for (const item of media)
    if (item.kind !== TOKEN_IMAGES) kinds.set(item.kind, [...(kinds.get(item.kind) ?? []), item]);
  return kinds;
}
