import { z } from "zod";
import { nearest } from "./nearest.js";
import { parseConfig } from "./parse.js";
import { UserError } from "./user-error.js";

/** What every strategy states about itself; a kind of strategy adds its factory to this. */
export interface Strategy {
  /** Lower-case name in configs: `{ name: "vq", … }`. */
  readonly name: string;
  /** One sentence for `fqgan list` and the docs. */
  readonly summary: string;
  /** The paper or source. */
  readonly reference?: string;
  /** Options with their defaults; any other key is refused. */
  readonly options: z.ZodRawShape;
}

/** A strategy's config: its name beside its options. */
export interface StrategyConfig {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** All strategies of one kind, by name. */
export interface Registry<S extends Strategy> {
  readonly kind: string;
  /** Adds a strategy and returns it. A second one of the same name is refused. */
  register<T extends S>(strategy: T): T;
  /** The strategy of that name; unknown names are a UserError that suggests the nearest. */
  get(name: string): S;
  names(): string[];
  list(): S[];
  /** Checks a config and fills in defaults: `{ strategy, config }`, config with every option set. */
  parse(config: StrategyConfig, where?: string): { strategy: S; config: StrategyConfig };
  /** A zod schema for use inside larger schemas: `{ name, …options }` with defaults filled in. */
  readonly schema: z.ZodType<StrategyConfig>;
}

export function defineRegistry<S extends Strategy>(
  kind: string,
  initial: readonly S[] = [],
): Registry<S> {
  const strategies = new Map<string, S>();
  const get = (name: string): S => {
    const strategy = strategies.get(name);
    if (strategy) return strategy;
    const near = nearest(name, strategies.keys());
    throw new UserError(
      `${kind}: unknown name "${name}"; ${near ? `did you mean "${near}"? ` : ""}` +
        `known: ${[...strategies.keys()].join(", ")}`,
    );
  };
  const parse: Registry<S>["parse"] = (config, where = kind) => {
    const strategy = get(config.name);
    const schema = z.strictObject({ name: z.literal(strategy.name), ...strategy.options });
    return { strategy, config: parseConfig(schema, config, where) as StrategyConfig };
  };
  const registry: Registry<S> = {
    kind,
    register(strategy) {
      if (strategies.has(strategy.name))
        throw new UserError(`${kind}: "${strategy.name}" is registered already; pick another name`);
      strategies.set(strategy.name, strategy);
      return strategy;
    },
    get,
    names: () => [...strategies.keys()],
    list: () => [...strategies.values()],
    parse,
    schema: z.looseObject({ name: z.string() }).transform((config, context): StrategyConfig => {
      try {
        return parse(config, `${kind} "${config.name}"`).config;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        context.addIssue({ code: "custom", message: error.message });
        return z.NEVER;
      }
    }),
  };
  for (const strategy of initial) registry.register(strategy);
  return registry;
}
