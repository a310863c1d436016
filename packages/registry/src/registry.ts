import * as z from "zod";
import { nearest } from "./nearest.js";
import { type Problem, parseConfig, problemsOf } from "./parse.js";
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
  /**
   * A zod schema for use inside larger schemas: `{ name, …options }` with defaults filled in. Its title is the
   * kind, for those who describe the larger one.
   */
  readonly schema: z.ZodType<StrategyConfig>;
}

/** A registry of one kind of strategy. @param kind what they are, for errors: "quantizer" */
export function defineRegistry<S extends Strategy>(
  kind: string,
  initial: readonly S[] = [],
): Registry<S> {
  const strategies = new Map<string, S>();
  const unknownName = (name: string): string => {
    const near = nearest(name, strategies.keys());
    const remedy = near ? `did you mean "${near}"? ` : "";
    return `${kind}: unknown name "${name}"; ${remedy}known: ${[...strategies.keys()].join(", ")}`;
  };
  const get = (name: string): S => {
    const strategy = strategies.get(name);
    if (!strategy) throw new UserError(unknownName(name));
    return strategy;
  };
  // Kept: zod compiles a schema when it first parses, and a sweep parses thousands of configs.
  const strict = new Map<S, z.ZodType>();
  const schemaOf = (strategy: S): z.ZodType => {
    const known = strict.get(strategy);
    if (known) return known;
    const made = z.strictObject({ name: z.literal(strategy.name), ...strategy.options });
    strict.set(strategy, made);
    return made;
  };
  const expectName = (found: unknown): string =>
    `expected { name: … } with one of ${[...strategies.keys()].join(", ")}, got ` +
    `${JSON.stringify(found) ?? "nothing"}`;
  const parse: Registry<S>["parse"] = (config, where = kind) => {
    if (typeof config?.name !== "string") throw new UserError(`${where}: ${expectName(config)}`);
    const strategy = get(config.name);
    return { strategy, config: parseConfig(schemaOf(strategy), config, where) as StrategyConfig };
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
    schema: z
      .unknown()
      .transform((config, context): StrategyConfig => {
        const refuse = ({ path, message }: Problem) => {
          context.addIssue({ code: "custom", path: [...path], message });
          return z.NEVER;
        };
        const { name } = (config ?? {}) as { name?: unknown };
        if (typeof name !== "string") return refuse({ path: [], message: expectName(config) });
        const strategy = strategies.get(name);
        if (!strategy) return refuse({ path: ["name"], message: unknownName(name) });
        const schema = schemaOf(strategy);
        const result = schema.safeParse(config);
        if (result.success) return result.data as StrategyConfig;
        problemsOf(schema, result.error).forEach(refuse);
        return z.NEVER;
      })
      .meta({ title: kind }),
  };
  for (const strategy of initial) registry.register(strategy);
  return registry;
}
