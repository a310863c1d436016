import { defineRegistry, type Strategy } from "@fqgan/registry";
import { z } from "zod";

/** What every shape can do, beyond being a strategy. */
interface Shape extends Strategy {
  area(options: Record<string, unknown>): number;
}

export const shapes = defineRegistry<Shape>("shape", [
  {
    name: "square",
    summary: "four equal sides",
    options: { side: z.number().positive().default(1) },
    area: ({ side }) => (side as number) ** 2,
  },
]);

const { strategy, config } = shapes.parse({ name: "square", side: 3 });
export const area = strategy.area(config); // 9
