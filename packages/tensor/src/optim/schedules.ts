/** A learning rate by number of updates done. */
export type Schedule = (update: number) => number;

/** Linear warm-up over `warmup` updates, then constant. */
export const warmupConstant =
  (peak: number, warmup: number): Schedule =>
  (update) =>
    warmup > 0 ? peak * Math.min(1, (update + 1) / warmup) : peak;

/** Linear warm-up, then a cosine to `final` at `total` updates (Loshchilov & Hutter, arXiv 1608.03983). */
export const warmupCosine =
  (peak: number, warmup: number, total: number, final = 0): Schedule =>
  (update) => {
    if (update < warmup) return (peak * (update + 1)) / warmup;
    const progress = Math.min(1, (update - warmup) / Math.max(1, total - warmup));
    return final + 0.5 * (peak - final) * (1 + Math.cos(Math.PI * progress));
  };
