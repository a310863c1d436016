/** What `#platform` means to bundlers for browsers: nothing here may reach for Node or native code. */
import { cpu } from "../engines/eager.js";
import type { Platform } from "../engines/engine.js";
import { wasm, webgpu } from "../engines/registered.js";

export const platform: Platform = { engines: [cpu, wasm, webgpu], defaultThreads: () => 1 };
