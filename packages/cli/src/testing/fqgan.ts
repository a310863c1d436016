import { vi } from "vitest";
import { runProgram } from "../program.js";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line within this process and gives what it wrote. */
export async function fqgan(...parameters: string[]): Promise<Ended> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  try {
    const code = await runProgram(parameters, { entry: "" });
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
