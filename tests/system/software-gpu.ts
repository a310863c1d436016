/** Chromium's software Vulkan driver (SwiftShader) in place of a GPU: the same arithmetic, slowly. */
import { existsSync } from "node:fs";

const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Must come before anything looks for a GPU. Without the driver it throws: a skipped test would say nothing. */
export function useSoftwareGpu(): void {
  if (!existsSync(DRIVER))
    throw new Error(
      `${DRIVER}: no such file; apt-get install --no-install-recommends chromium libvulkan1`,
    );
  process.env.VK_ICD_FILENAMES = DRIVER;
}
