/** Every key that an experiment's config may have, as its schema tells it. */
import * as z from "zod";
import { experimentSchema } from "./experiment.js";
import { generatorStageSchema, tokenizerStageSchema } from "./stage-configs.js";

/** One key of a config. */
export interface ConfigKey {
  /** From the top: `tokenizer.train.steps`; `<name>` stands for any name. */
  readonly path: string;
  /** `integer`, `joint | apart`, `[metric by name]`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** What stands there if it is left out, as JSON; undefined where nothing does. */
  readonly fallback?: string;
  /** What it is for; empty where its name says all. */
  readonly description: string;
}

/** The parts of JSON schema that configs need. */
interface Node {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Keys in the order of the schema: data, tokenizer, codes, generator. */
export function configKeys(): ConfigKey[] {
  const { shape } = experimentSchema;
  const { preset } = shape.tokenizer.shape;
  // As a person writes it, a model is differences from a preset: what they may be, the stages know.
  const written = z.strictObject({
    ...shape,
    tokenizer: tokenizerStageSchema.omit({ data: true }).extend({ preset }),
    generator: generatorStageSchema.extend({ preset }).optional(),
  });
  const root = z.toJSONSchema(written, { unrepresentable: "any", io: "input" }) as Node;
  return keysOf(root, "");
}

function keysOf(node: Node, path: string): ConfigKey[] {
  const { properties = {}, required = [] } = node;
  return Object.entries(properties).flatMap(([name, child]) => {
    const own = path === "" ? name : `${path}.${name}`;
    const named = child.additionalProperties;
    const [inner, below] =
      typeof named === "object" && named.properties
        ? [named, `${own}.<name>`]
        : [[child, ...(child.anyOf ?? [])].find((one) => one.properties), own];
    const key: ConfigKey = {
      path: own,
      type: typeOf(child),
      isRequired: required.includes(name),
      ...(child.default !== undefined && { fallback: JSON.stringify(child.default) }),
      description: child.description ?? "",
    };
    if (!inner) return [key];
    const parts = keysOf(inner, below);
    // What says nothing itself is said by its parts.
    return key.description ? [key, ...parts] : parts;
  });
}

function typeOf({ title, type, items, anyOf, ...node }: Node): string {
  if (title !== undefined) return `${title} by name`;
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return node.enum.join(" | ");
  if (items) return `[${typeOf(items)}]`;
  if (anyOf) return anyOf.map(typeOf).join(" | ");
  return type ?? "anything";
}
