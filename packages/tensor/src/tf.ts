/**
 * The one place that says what TensorFlow.js is here: `@tensorflow/tfjs-core` with its gradients, and
 * the cpu backend, which holds every variable and is the reference that other engines are tested by.
 */
import "@tensorflow/tfjs-backend-cpu";
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
