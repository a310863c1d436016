import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { send } from "./readme.example.js";
import { startStrictServer } from "./testing/strict-server.js";

it("the README's example runs as it stands", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = readFileSync(new URL("readme.example.ts", import.meta.url), "utf8");
  expect(example).toBe(/```ts\n([\s\S]*?)```/.exec(readme)![1]);
  const server = await startStrictServer();
  const { complete } = await send({ baseUrl: server.url, apiKey: server.key });
  expect(complete).toBe(true);
  const run = server.runs.get("me/demo/my-first-run")!;
  expect(run.lines["wandb-history.jsonl"]).toHaveLength(3);
  expect(run.exitCode).toBe(0);
  await server.close();
});
