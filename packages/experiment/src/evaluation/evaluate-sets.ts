/** Every protocol's numbers from one pass over the images: decoded once, prepared for each network. */
import {
  type Extracted,
  type Extractor,
  loadExtractor,
  loadPerceptualDistance,
  type PerceptualDistance,
} from "@fqgan/features";
import type { Image } from "@fqgan/image";
import { toSignedUnit } from "@fqgan/image";
import {
  createMetric,
  type Gathering,
  type Metric,
  type MetricBatch,
  type MetricResult,
  type MetricState,
  metrics,
  type ReferenceStatistics,
  SharedRows,
  type Sides,
  together,
} from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { EvaluationProtocol } from "./protocols.js";

/** What one protocol found. */
export interface ProtocolOutcome {
  readonly protocol: EvaluationProtocol;
  /** What the network was, to the bit, and what it was shown. */
  readonly network?: {
    readonly name: string;
    readonly hash: string;
    readonly preparation?: string;
  };
  readonly results: readonly MetricResult[];
  /** Metrics that could not be computed, and why. */
  readonly failures: readonly { readonly metric: string; readonly reason: string }[];
}

/** A part of the pass; images of the two sides are pairs where both are there. */
export interface SetBatch {
  /** Images of one size. */
  readonly images: Sides<readonly Image[]>;
  readonly codes?: Readonly<Record<string, HostTensor>>;
}

/** One metric that may have failed already. */
interface Entry {
  readonly config: StrategyConfig;
  readonly metric: Metric | undefined;
  failure?: string | undefined;
}

interface Network {
  /** Rows of its features, kept once for the metrics of all protocols that use it. */
  readonly shared: SharedRows;
  readonly extractor?: Extractor;
  readonly perceptual?: PerceptualDistance;
}

/** A protocol with its metrics. */
interface Part {
  readonly protocol: EvaluationProtocol;
  readonly network: Network;
  readonly entries: readonly Entry[];
}

/** Name of the array that holds why metrics failed, as JSON. */
const FAILURES = "failures";

/** Protocols opened and fed batch by batch. */
export class SetEvaluation {
  readonly #parts: readonly Part[];
  readonly #networks: Map<string, Network>;

  private constructor(parts: readonly Part[], networks: Map<string, Network>) {
    this.#parts = parts;
    this.#networks = networks;
  }

  static async open(options: {
    readonly protocols: readonly EvaluationProtocol[];
    /** Statistics that stand for the real side of Fréchet distances. */
    readonly reference?: ReferenceStatistics | undefined;
    readonly codebooks?: Readonly<Record<string, number>> | undefined;
  }): Promise<SetEvaluation> {
    const { protocols, reference, codebooks } = options;
    const networks = new Map<string, Network>();
    const parts: Part[] = [];
    for (const protocol of protocols) {
      const network = await openNetwork(protocol, networks);
      const { extractor, perceptual, shared } = network;
      const context = {
        shared,
        ...(extractor && { extractor }),
        ...(perceptual && { perceptual: { ...perceptual, dimensions: 1 } }),
        ...(reference && { reference }),
        ...(codebooks && { codebooks }),
      };
      const entries = protocol.metrics.map((config): Entry => {
        try {
          return { config, metric: createMetric(config, context) };
        } catch (error) {
          return { config, metric: undefined, failure: reasonOf(error) };
        }
      });
      parts.push({ protocol, network, entries });
    }
    return new SetEvaluation(parts, networks);
  }

  async update({ images, codes }: SetBatch): Promise<void> {
    const pixels: Sides<HostTensor> = {
      ...(images.real && { real: asTensor(images.real) }),
      ...(images.fake && { fake: asTensor(images.fake) }),
    };
    const seen = new Map<Network, MetricBatch>();
    for (const { network, entries } of this.#parts) {
      if (entries.every(({ failure }) => failure !== undefined)) continue;
      try {
        if (!seen.has(network)) {
          const found = await look(network, pixels);
          network.shared.append(found.features);
          seen.set(network, found);
        }
      } catch (error) {
        for (const entry of entries) entry.failure ??= reasonOf(error);
        continue;
      }
      const batch = { images: pixels, ...(codes && { codes }), ...seen.get(network) };
      for (const entry of entries) feed(entry, batch);
    }
  }

  async compute(): Promise<ProtocolOutcome[]> {
    const outcomes: ProtocolOutcome[] = [];
    for (const { protocol, network, entries } of this.#parts) {
      const results: MetricResult[] = [];
      for (const entry of entries)
        try {
          if (entry.failure === undefined) results.push(await entry.metric!.compute());
        } catch (error) {
          entry.failure = reasonOf(error);
        }
      const { extractor, perceptual } = network;
      const used = extractor ?? perceptual;
      outcomes.push({
        protocol,
        ...(used && {
          network: {
            name: used.name,
            hash: used.hash,
            ...(extractor && { preparation: extractor.preparation }),
          },
        }),
        results,
        failures: failuresOf(entries),
      });
    }
    return outcomes;
  }

  /** The networks that look at the images, to the bit. */
  get networks(): readonly (readonly [name: string, hash: string])[] {
    return [...this.#networks.values()].flatMap(({ extractor, perceptual }) =>
      [extractor, perceptual].flatMap((used) => (used ? [[used.name, used.hash] as const] : [])),
    );
  }

  /** Takes over what another evaluation of the same protocols has seen. */
  merge(state: MetricState): void {
    const text = new TextDecoder().decode(state[FAILURES]?.data as Uint8Array | undefined);
    const failures = JSON.parse(text || "[]") as (string | null)[];
    for (const [i, entry] of this.#entries.entries()) entry.failure ??= failures[i] ?? undefined;
    this.#gathered().merge(state);
  }

  state(): MetricState {
    const failures = this.#entries.map(({ failure }) => failure ?? null);
    const data = new TextEncoder().encode(JSON.stringify(failures));
    return { ...this.#gathered().state(), [FAILURES]: { shape: [data.length], data } };
  }

  get #entries(): readonly Entry[] {
    return this.#parts.flatMap(({ entries }) => entries);
  }

  /** All but metrics that have failed. */
  #gathered(): Gathering {
    const networks = [...this.#networks.values()].map(({ shared }) => shared);
    const metrics = this.#entries.map(({ metric, failure }) =>
      failure === undefined ? metric : undefined,
    );
    return together({
      ...Object.fromEntries(networks.map((shared, i) => [`network${i}`, shared])),
      ...Object.fromEntries(
        metrics.flatMap((metric, i) => (metric ? [[`metric${i}`, metric]] : [])),
      ),
    });
  }

  dispose(): void {
    for (const { extractor, perceptual } of this.#networks.values()) {
      extractor?.dispose();
      perceptual?.dispose();
    }
  }
}

/** Metrics that failed for one reason are named together. */
function failuresOf(entries: readonly Entry[]): ProtocolOutcome["failures"] {
  const reasons = new Map<string, string[]>();
  for (const { config, failure } of entries)
    if (failure !== undefined) reasons.set(failure, [...(reasons.get(failure) ?? []), config.name]);
  return [...reasons].map(([reason, names]) => ({
    metric: names.join(", "),
    reason: reason.replace(`${names[0]}: `, ""),
  }));
}

/** Protocols with the same network and preparation share it. */
async function openNetwork(
  { extractor, perceptual }: EvaluationProtocol,
  networks: Map<string, Network>,
): Promise<Network> {
  const key = JSON.stringify([extractor, perceptual]);
  const known = networks.get(key);
  if (known) return known;
  const network: Network = {
    shared: new SharedRows(),
    ...(extractor && { extractor: await loadExtractor(extractor) }),
    ...(perceptual && { perceptual: await loadPerceptualDistance(perceptual) }),
  };
  networks.set(key, network);
  return network;
}

/** What a network says of a batch. */
async function look(network: Network, pixels: Sides<HostTensor>): Promise<MetricBatch> {
  const { extractor, perceptual } = network;
  const extract = async (side: HostTensor | undefined) =>
    extractor && side ? extractor.extract(side) : undefined;
  const [real, fake] = [await extract(pixels.real), await extract(pixels.fake)];
  const sides = (of: keyof Extracted): Sides<HostTensor> => ({
    ...(real?.[of] && { real: real[of] }),
    ...(fake?.[of] && { fake: fake[of] }),
  });
  return {
    ...(extractor && {
      features: sides("features"),
      logits: sides("logits"),
      spatial: sides("spatial"),
    }),
    ...(perceptual &&
      pixels.real &&
      pixels.fake && { perceptual: await perceptual.distance(pixels.real, pixels.fake) }),
  };
}

/** A metric that refuses its input is left out from here on; the others go on. */
function feed(entry: Entry, batch: MetricBatch): void {
  if (entry.failure !== undefined) return;
  const missing = metrics.get(entry.config.name).needs.filter((input) => !batch[input]);
  if (missing.length > 0) return;
  try {
    entry.metric!.update(batch);
  } catch (error) {
    entry.failure = reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}

/** [B, H, W, 3] float32 in [-1, 1] */
export function asTensor(images: readonly Image[]): HostTensor {
  const { width, height } = images[0]!;
  const length = width * height * 3;
  const pixels = new Uint8Array(images.length * length);
  images.forEach(({ data }, i) => {
    pixels.set(data, i * length);
  });
  return hostTensor(toSignedUnit(pixels), [images.length, height, width, 3]);
}
