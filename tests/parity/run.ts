/**
 * npm run parity -- --fixtures DIR [--engine eager|compiled]
 * Holds this project against golden numbers of the reference implementations: a line per case, then
 * `N passed, N failed`; exits non-zero on a failure.
 */
import { parseArgs } from "node:util";
import { UserError } from "@fqgan/registry";
import { discoverCases } from "./discover.js";
import { type Engine, engines } from "./parity-case.js";
import { checkCase } from "./report.js";

const marks = { passed: "✓", failed: "✗", "not yet": "·" } as const;

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: { fixtures: { type: "string" }, engine: { type: "string", multiple: true } },
  });
  if (!values.fixtures)
    throw new UserError("parity: expected --fixtures DIR, a folder of cases or one case");
  for (const engine of values.engine ?? [])
    if (!engines.includes(engine as Engine))
      throw new UserError(`parity: expected --engine ${engines.join(" or ")}, got ${engine}`);
  const count = { passed: 0, failed: 0, "not yet": 0 };
  for (const parityCase of discoverCases(values.fixtures)) {
    for (const outcome of await checkCase(parityCase, values.engine as Engine[] | undefined)) {
      const engine = outcome.engine ? ` (${outcome.engine})` : "";
      const said = outcome.status === "not yet" ? "not yet: " : "";
      console.log(`${marks[outcome.status]} ${outcome.id}${engine}  ${said}${outcome.detail}`);
      count[outcome.status] += 1;
    }
  }
  if (count["not yet"] > 0) console.log(`${count["not yet"]} not yet`);
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed > 0 || count.passed === 0 ? 1 : 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
