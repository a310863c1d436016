/**
 * Codebook usage as LlamaGen and FQGAN log it in training and quote it in tables: distinct codes among
 * the last 65,536 indices. The window starts full of zeros, so code 0 counts as used until it has filled;
 * a codebook larger than the window can never reach 1. For the whole set, use codebook-usage.
 */
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { Metric, MetricStrategy } from "../metric.js";
import { UsageWindow } from "../statistics/usage-window.js";

export const codebookUsageWindow: MetricStrategy<{ readonly window: number }> = {
  name: "codebook-usage-window",
  summary: "Share of codes among the last 65,536 indices, as LlamaGen and FQGAN log it",
  reference: "https://github.com/FoundationVision/LlamaGen",
  options: { window: z.number().int().min(1).default(65_536) },
  needs: ["codes"],
  describes: { windowUsage: { label: "Usage (window)", better: "higher", digits: 3 } },
  create({ window }, { codebooks = {} }): Metric {
    const windows = Object.entries(codebooks).map(
      ([name, size]) => [name, new UsageWindow({ window, size, name })] as const,
    );
    if (windows.length === 0)
      throw new UserError(
        "codebook-usage-window: expected the sizes of the codebooks, got none; " +
          "pass { codebooks: { visual: 1024 } }",
      );
    return {
      update({ codes }) {
        for (const [name, usage] of windows) if (codes?.[name]) usage.add(codes[name].data);
      },
      merge(state) {
        for (const [name, usage] of windows)
          if (state[name]) usage.add(state[name].data as Int32Array);
      },
      state: () =>
        Object.fromEntries(
          windows.map(([name, usage]) => {
            const data = usage.recent();
            return [name, { shape: [data.length], data }];
          }),
        ),
      compute: async () => ({
        metric: "codebook-usage-window",
        values: Object.fromEntries(
          windows.map(([name, { usage }]) => [`${name}.windowUsage`, usage]),
        ),
        details: {},
        protocol: { window, start: "filled with code 0" },
      }),
    };
  },
};
