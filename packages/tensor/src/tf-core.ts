/** `@tensorflow/tfjs-core` with the cpu backend; `./tf.js` adds the gradients. */
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

// The backend would print an advertisement for tfjs-node at its first use.
(tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
