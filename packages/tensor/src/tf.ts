/**
 * The one place that says what TensorFlow.js is here: `@tensorflow/tfjs-core`, the cpu backend, which
 * holds every variable and is the reference that other engines are tested by, and the gradients, which
 * tfjs-core leaves out of its Node build.
 */
import "./gradients/index.js";
import "./kernels/cpu-segment-sum.js";
import "./resize/cpu-gradients.js";

export * from "./tf-core.js";
