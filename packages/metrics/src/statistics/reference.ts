/**
 * Reference statistics as files: `mu` and `sigma` as pytorch-fid, clean-fid and EDM write them, ADM's
 * layout with `mu_s`, `sigma_s` (sFID) beside, or our own, which adds how they were made. All tools read
 * what this writes: they look arrays up by name.
 */
import { UserError } from "@fqgan/registry";
import type { ExtractorIdentity, Protocol } from "../metric.js";
import type { NpyArray } from "../npz/npy.js";
import { type Gaussian, gaussianFromCovariance, type Statistics } from "./moments.js";

/** A Gaussian that many sets are compared with, and where it came from. */
export interface ReferenceStatistics {
  /** Of the features. */
  readonly features: Gaussian;
  /** Of the spatial features behind sFID; only in ADM's layout. */
  readonly spatial?: Gaussian;
  /** What a protocol calls it: the file's name. */
  readonly name: string;
  /** How it was made, where the file says so. */
  readonly protocol?: Protocol;
}

/** The member in which we keep a protocol: JSON as bytes. */
const PROTOCOL = "fqgan_protocol";

/** Arrays of an .npz file → the statistics in it. @param where names the file */
export function readReference(
  arrays: Readonly<Record<string, NpyArray>>,
  where: string,
): ReferenceStatistics {
  const protocolBytes = arrays[PROTOCOL]?.data as Uint8Array | undefined;
  const protocol =
    protocolBytes && (JSON.parse(new TextDecoder().decode(protocolBytes)) as Protocol);
  const count = typeof protocol?.count === "number" ? protocol.count : Number.NaN;
  const features = gaussianOf(arrays, { mean: "mu", covariance: "sigma", count, where });
  if (!features)
    throw new UserError(
      `${where}: expected statistics mu and sigma, got ${Object.keys(arrays).join(", ") || "nothing"}; ` +
        "make them with fqgan evaluate statistics, or give the images",
    );
  const spatial = gaussianOf(arrays, { mean: "mu_s", covariance: "sigma_s", count, where });
  return { features, name: where, ...(spatial && { spatial }), ...(protocol && { protocol }) };
}

function gaussianOf(
  arrays: Readonly<Record<string, NpyArray>>,
  names: { mean: string; covariance: string; count: number; where: string },
): Gaussian | undefined {
  const [mu, sigma] = [arrays[names.mean], arrays[names.covariance]];
  if (!mu || !sigma) return undefined;
  const size = mu.data.length;
  if (sigma.shape.join() !== `${size},${size}`)
    throw new UserError(
      `${names.where}: expected ${names.covariance} [${size}, ${size}] beside ${names.mean} [${size}], ` +
        `got [${sigma.shape}]; write the file again`,
    );
  const float64 = ({ data }: NpyArray) => Float64Array.from(data as Float64Array);
  return gaussianFromCovariance({
    count: names.count,
    mean: float64(mu),
    covariance: { rows: size, columns: size, data: float64(sigma) },
  });
}

/** The arrays to write with `encodeNpz`: `mu` and `sigma`, with `spatial` also `mu_s` and `sigma_s`. */
export function writeReference(statistics: {
  readonly features: Statistics;
  readonly spatial?: Statistics;
  readonly protocol: Protocol;
}): Record<string, NpyArray> {
  const { features, spatial, protocol } = statistics;
  const arrays = ({ mean, covariance }: Statistics): [NpyArray, NpyArray] => [
    { shape: [mean.length], data: mean },
    { shape: [mean.length, mean.length], data: covariance.data },
  ];
  const [mu, sigma] = arrays(features);
  const described = { ...protocol, count: features.count };
  const bytes = new TextEncoder().encode(JSON.stringify(described));
  const layer = spatial && arrays(spatial);
  return {
    mu,
    sigma,
    ...(layer && { mu_s: layer[0], sigma_s: layer[1] }),
    [PROTOCOL]: { shape: [bytes.length], data: bytes },
  };
}

/** A UserError where a reference says that another network made it, or is of another size. */
export function requireSameExtractor(
  { features, name, protocol }: ReferenceStatistics,
  extractor: ExtractorIdentity | undefined,
): void {
  if (!extractor) return;
  const same =
    features.mean.length === extractor.dimensions &&
    (protocol?.extractorHash === undefined || protocol.extractorHash === extractor.hash) &&
    (protocol?.extractor === undefined || protocol.extractor === extractor.name);
  if (!same)
    throw new UserError(
      `${name}: expected statistics of ${extractor.name} (${extractor.dimensions} features, weights ` +
        `${extractor.hash}), got ${protocol?.extractor ?? "features of an unstated network"} ` +
        `(${features.mean.length} features, weights ${protocol?.extractorHash ?? "unstated"}); ` +
        "distances between different features mean nothing: make the statistics with the same extractor",
    );
}
