/** The one place that says what TensorFlow.js is here: `@tensorflow/tfjs-core` with its gradients. */
import * as tf from "@tensorflow/tfjs-core";

export type {
  DataType,
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from "@tensorflow/tfjs-core";
export { tf };
