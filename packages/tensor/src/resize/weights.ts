/** How a resized row (or column) mixes the original ones, by tfjs's rules for its three conventions. */
export interface ResizeGeometry {
  /** Sides before and after. */
  readonly from: number;
  readonly to: number;
  /** The corner pixels' centres stay where they are. */
  readonly alignCorners: boolean;
  /** Pixels are areas whose centres are at ½, as in PIL, PyTorch and TensorFlow 2. */
  readonly halfPixelCenters: boolean;
}

/** Original places with the weight that each has in one resized place. */
export type Mix = readonly { readonly place: number; readonly weight: number }[];

const scaleOf = ({ from, to, alignCorners }: ResizeGeometry): number =>
  alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;

export function nearestPlaces(geometry: ResizeGeometry): number[] {
  const { from, to, alignCorners, halfPixelCenters } = geometry;
  const scale = scaleOf(geometry);
  return Array.from({ length: to }, (_, index) => {
    const source = scale * (index + (halfPixelCenters ? 0.5 : 0));
    return Math.max(0, Math.min(from - 1, alignCorners ? Math.round(source) : Math.floor(source)));
  });
}

export const nearestMixes = (geometry: ResizeGeometry): Mix[] =>
  nearestPlaces(geometry).map((place) => [{ place, weight: 1 }]);

export function bilinearMixes(geometry: ResizeGeometry): Mix[] {
  const { from, to, halfPixelCenters } = geometry;
  const scale = scaleOf(geometry);
  return Array.from({ length: to }, (_, index) => {
    const source = halfPixelCenters ? scale * (index + 0.5) - 0.5 : scale * index;
    const low = Math.max(0, Math.floor(source));
    const high = Math.min(from - 1, Math.ceil(source));
    if (high <= low) return [{ place: Math.min(low, from - 1), weight: 1 }];
    return [
      { place: low, weight: 1 - (source - low) },
      { place: high, weight: source - low },
    ];
  });
}

/** The mixes as a matrix [to, from]. */
export function mixMatrix(mixes: readonly Mix[], from: number): Float32Array {
  const matrix = new Float32Array(mixes.length * from);
  for (const [row, mix] of mixes.entries())
    for (const { place, weight } of mix) matrix[row * from + place]! += weight;
  return matrix;
}
