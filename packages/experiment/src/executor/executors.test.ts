import { describe, expect, it } from "vitest";
import type { PlannedStage } from "../sweep/plan.js";
import { executors, parseExecutor } from "./executors.js";
import { admit } from "./local-processes.js";

const stage = (id: string) => ({ id }) as PlannedStage;
const GB = 1e9;
const needs: Readonly<Record<string, number>> = { small: GB, large: 5 * GB, huge: 20 * GB };
const ask = (id: string, ...running: string[]) =>
  admit({
    stage: stage(id),
    running: running.map(stage),
    memoryOf: ({ id: name }) => needs[name],
    memoryBytes: 8 * GB,
  });

describe("the local pool", () => {
  it("starts what fits beside what runs", () => {
    expect(ask("large", "small")).toBe("now");
    expect(ask("large", "large")).toBe("later");
    expect(ask("small", "small", "small", "large")).toBe("now");
  });
  it("never starts what the machine can't hold", () => {
    expect(ask("huge")).toMatchObject({
      never: expect.stringMatching(/20\.0 GB.*8\.0 GB.*batchSize/),
    });
  });
  it("takes an unknown stage to be as large as the largest, and lets it run alone", () => {
    expect(ask("unknown")).toBe("now");
    expect(ask("unknown", "small")).toBe("now");
    expect(ask("unknown", "large")).toBe("later");
  });
});

describe("executors", () => {
  it("are named on the command line by name or in YAML", () => {
    expect(parseExecutor("local")).toEqual({ name: "local", parallel: 1 });
    expect(parseExecutor("{name: slurm, cpus: 8, time: '01:00:00'}")).toMatchObject({
      cpus: 8,
      memory: "4G",
    });
    expect(() => parseExecutor("slurm2")).toThrow(/did you mean "slurm"\?/);
    expect(() => parseExecutor("{name: slurm, cpu: 8}")).toThrow(/cpu: unknown key; did you mean/);
    expect(executors.names()).toEqual(["local", "slurm"]);
  });
});
