import { tf } from "../tf.js";

const watched = new WeakSet<EventTarget>();

/**
 * What a GPU refuses is no error of the call that asked for it, and takes along what was sent with it: tfjs
 * would go on with the values that were there before. Nothing can be trusted from then on, so it ends.
 */
export function endOnRefusal(): void {
  const { device } = tf.backend() as unknown as { device: EventTarget };
  if (watched.has(device)) return;
  watched.add(device);
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as Event & { readonly error: { readonly message: string } };
    // Outside of the listener, where it would be swallowed.
    setTimeout(() => {
      throw new Error(`engine webgpu: the GPU refused an operation: ${error.message}`);
    });
  });
}
