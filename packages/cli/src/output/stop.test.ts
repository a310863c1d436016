import { expect, it } from "vitest";
import { stopOnInterrupt } from "./stop.js";

it("stops gently at the first Ctrl-C and at once at the second", async () => {
  const seen: string[] = [];
  const stop = stopOnInterrupt({
    onFirst: () => seen.push("first"),
    onSecond: () => seen.push("second"),
  });
  try {
    process.emit("SIGINT");
    // a wrapper passing on the same Ctrl-C
    process.emit("SIGINT");
    expect(seen).toEqual(["first"]);
    expect(stop.signal.aborted).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    process.emit("SIGINT");
    expect(seen).toEqual(["first", "second"]);
  } finally {
    stop.dispose();
  }
});
