import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import type { Adapter } from "./adapter.js";
import { adapters } from "./adapters/index.js";
import type { CodebookConfig } from "./config.js";
import type { Encoder } from "./encoder.js";
import { FeatureHead } from "./feature-head.js";

/** The networks of one codebook: from the features that all share to its latents, and its teacher's head. */
export class Branch extends nn.Module {
  readonly adapter: Adapter;
  readonly head: nn.Module & nn.Layer;
  /** latentChannels → D at each position (a 1×1 convolution). */
  readonly project: nn.Linear;
  /** Only in training, where the codebook has a teacher. */
  readonly featureHead?: FeatureHead;

  constructor(options: {
    config: CodebookConfig;
    encoder: Encoder;
    latentChannels: number;
    dimensions: number;
    positions: number;
    key: Key;
  }) {
    super();
    const { config, encoder, latentChannels, dimensions, positions, key } = options;
    this.adapter = adapters
      .get(config.adapter.name)
      .create(config.adapter, { channels: encoder.channels, positions, key: fold(key, "adapter") });
    this.head = encoder.createHead({ outputs: latentChannels, key: fold(key, "head") });
    this.project = new nn.Linear({
      inputs: latentChannels,
      outputs: dimensions,
      key: fold(key, "project"),
    });
    if (config.representation) {
      const { features, layers, heads } = config.representation;
      this.featureHead = new FeatureHead({
        dimensions,
        features,
        positions,
        layers,
        heads,
        key: fold(key, "featureHead"),
      });
    }
  }

  /** Shared features [B, h, w, C] → this codebook's latents [B, h, w, D] */
  call(features: Tensor): Tensor {
    return this.project.call(this.head.call(this.adapter.call(features)));
  }
}
