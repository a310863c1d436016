import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import type { Adapter } from "./adapter.js";
import { adapters } from "./adapters/index.js";
import type { CodebookConfig } from "./config.js";
import type { Encoder } from "./encoder.js";
import { FeatureHead } from "./feature-head.js";
import type { FactorShape } from "./quantization.js";

/** The networks of one factor: from the features that all share to its latents, and its teacher's head. */
export class Branch extends nn.Module {
  readonly adapter: Adapter;
  readonly head: nn.Module & nn.Layer;
  /** To D at each position (a 1×1 convolution). */
  readonly project: nn.Linear;
  /** Only in training, where the factor has a teacher. */
  readonly featureHead?: FeatureHead;

  constructor(options: {
    config: CodebookConfig;
    encoder: Encoder;
    latentChannels: number;
    shape: FactorShape;
    key: Key;
  }) {
    super();
    const { config, encoder, latentChannels, shape, key } = options;
    const { channels, grid } = encoder;
    this.adapter = adapters
      .get(config.adapter.name)
      .create(config.adapter, { channels, grid, key: fold(key, "adapter") });
    // Where a position needs more numbers than the decoder sees (means and variances), so does the head.
    const width = latentChannels * (shape.dimensions / shape.outputs);
    this.head = encoder.createHead({ outputs: width, key: fold(key, "head") });
    this.project = new nn.Linear({
      inputs: width,
      outputs: shape.dimensions,
      key: fold(key, "project"),
    });
    if (config.representation) {
      const { features, layers, heads } = config.representation;
      this.featureHead = new FeatureHead({
        dimensions: shape.outputs,
        features,
        grid,
        layers,
        heads,
        key: fold(key, "featureHead"),
      });
    }
  }

  /** Shared features [B, h, w, C] → this factor's latents [B, h, w, D] */
  call(features: Tensor): Tensor {
    return this.project.call(this.head.call(this.adapter.call(features)));
  }
}
