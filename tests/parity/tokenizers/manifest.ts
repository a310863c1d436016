import { createKey, nn } from "@fqgan/tensor";
import { fqganConfig, fqganShapes, parseTokenizerConfig, Tokenizer } from "@fqgan/tokenizer";
import type { Check } from "../parity-case.js";
import { teachers } from "./golden.js";

interface Manifest {
  readonly param_count: number;
  readonly param_count_without_feature_heads?: number;
  readonly entries: readonly { readonly key: string; readonly shape: readonly number[] }[];
}

export const isTokenizer = ({ entries }: Manifest): boolean =>
  entries.some(({ key }) => key.startsWith("encoder.conv_in."));

/** Every key with its shape, and the count of parameters with and without feature heads. */
export function checkTokenizerManifest(manifest: Manifest): Check[] {
  const { entries, param_count, param_count_without_feature_heads = param_count } = manifest;
  const shapes = Object.fromEntries(entries.map(({ key, shape }) => [key, { shape }]));
  const build = (withHeads: boolean) => {
    const named = Object.entries(teachers).map(([name, teacher]) => [name, { teacher }]);
    const options = { teachers: withHeads ? Object.fromEntries(named) : {} };
    const config = parseTokenizerConfig(fqganConfig(shapes, options, "manifest"));
    return nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  };
  const whole = build(true);
  const own = new Set([...fqganShapes(whole)].map(([key, shape]) => `${key} [${shape}]`));
  const golden = entries.map(({ key, shape }) => `${key} [${shape}]`);
  const bare = build(false);
  const checks = [
    differ("keys and shapes that differ", golden.filter((entry) => !own.has(entry)).length, 0),
    differ("keys", own.size, golden.length),
    differ("parameters", whole.parameterCount(), param_count),
    differ(
      "parameters without feature heads",
      bare.parameterCount(),
      param_count_without_feature_heads,
    ),
  ];
  whole.dispose();
  bare.dispose();
  return checks;
}

const differ = (name: string, actual: number, expected: number): Check => ({
  name,
  error: Math.abs(actual - expected),
  tolerance: 0,
});
