import { compositions, quantizers } from "@fqgan/quantizer";
import { nearest, type StrategyConfig } from "@fqgan/registry";
import * as z from "zod";

/**
 * What quantizes one codebook's latents: a quantizer, or several composed such as
 * `{ name: "residual", levels: 4, quantizer: { name: "vq", size: 1024 } }`.
 */
export const quantizerConfig: z.ZodType<StrategyConfig> = z
  .unknown()
  .transform((config, context) => {
    const { name } = (config ?? {}) as { name?: unknown };
    const known = [...quantizers.names(), ...compositions.names()];
    // A wrong name is looked for where the nearest right one is.
    const meant = typeof name === "string" ? nearest(name, known) : undefined;
    const result = (isComposed({ name: meant ?? "" }) ? compositions : quantizers).schema.safeParse(
      config,
    );
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: "custom", path, message });
    return z.NEVER;
  })
  .meta({ title: quantizers.kind });

/** Whether a config is of several quantizers composed. */
export const isComposed = ({ name }: { readonly name: string }): boolean =>
  compositions.names().includes(name);
