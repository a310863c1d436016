/** What `#platform` means to bundlers for browsers: nothing here may reach for Node or native code. */
import { UserError } from "@fqgan/registry";
import { cpu } from "../engines/eager.js";
import { wasm, webgpu } from "../engines/registered.js";
import type { Platform } from "./platform.js";

export const platform: Platform = {
  engines: [cpu, wasm, webgpu],
  defaultEngine: () => "cpu",
  defaultThreads: () => 1,
  async openFile(path, what) {
    throw new UserError(
      `${path}: expected ${what} as bytes, which a browser cannot read from a path; fetch it first`,
    );
  },
  async saveFile(path) {
    throw new UserError(
      `${path}: expected bytes to stay in the page, since a browser cannot write to a path; encode them and offer a download`,
    );
  },
};
