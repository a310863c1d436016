import { nn, type Tensor } from "@fqgan/tensor";
import type { Adapter, AdapterStrategy } from "../adapter.js";

class NoAdapter extends nn.Module implements Adapter {
  call(features: Tensor): Tensor {
    return features;
  }
}

export const noAdapter: AdapterStrategy = {
  name: "none",
  summary: "The shared features as they are.",
  options: {},
  create: () => new NoAdapter(),
};
