/** Debian's Chromium without a window, for tests that look at pages. */
import { type Browser, chromium } from "playwright-core";

/** WebGPU by software, the same on every machine. */
export const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Without `args` there is no GPU at all. It looks for nothing on the network by itself. */
export function launchChromium(args: readonly string[] = ["--disable-gpu"]): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-sync", ...args],
  });
}
