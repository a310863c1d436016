/** Reads image files in a thread of its own; started by decode-pool.ts. */
import { parentPort } from "node:worker_threads";
import { decodeImage } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import type { DecodeReply, DecodeRequest } from "./decode-pool.js";
import { takeView } from "./view.js";

/** Images decoded at once in one thread: each may be tens of megabytes. */
const AT_ONCE = 4;

async function decode(request: DecodeRequest): Promise<DecodeReply> {
  const { id, paths, size, alpha, orientation, views } = request;
  const length = size * size * 3;
  const pixels = new Uint8Array(paths.length * length);
  const failures: { position: number; reason: string }[] = [];
  const positions = paths.keys();
  const lane = async () => {
    for (const position of positions)
      try {
        const options = { alpha, orientation, where: "image" };
        const image = await decodeImage(paths[position]!, options);
        const square = takeView(image, size, views?.[position] ?? { flip: false });
        pixels.set(square.data, position * length);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failures.push({ position, reason: error.message.replace(/^image: /, "") });
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  failures.sort((a, b) => a.position - b.position);
  return { id, pixels, failures };
}

const port = parentPort!;
port.on("message", (request: DecodeRequest) => {
  decode(request).then(
    (reply) => port.postMessage(reply, [reply.pixels.buffer as ArrayBuffer]),
    // a bug, not a bad file: end the thread, which the pool reports
    (error: unknown) =>
      setImmediate(() => {
        throw error;
      }),
  );
});
