import { UserError } from "@fqgan/registry";

/**
 * A record of codebooks in the order that a position's sub-codes are to be written in. Everything else about
 * codes goes by name: a tokenizer decodes them in whatever order they come.
 */
export function inOrder<T>(
  codebooks: Readonly<Record<string, T>>,
  order: readonly string[] | undefined,
): Record<string, T> {
  if (!order) return { ...codebooks };
  const names = Object.keys(codebooks);
  if ([...names].sort().join() !== [...order].sort().join())
    throw new UserError(
      `generator.order: expected each of ${names.join(", ")} once, got ${order.join(", ") || "none"}`,
    );
  return Object.fromEntries(order.map((name) => [name, codebooks[name]!]));
}
