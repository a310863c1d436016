/** What can go wrong with one request. */
export const FAULTS = [
  /** Refused before anything was done. */
  "error-500",
  "unavailable-503",
  "limited-429",
  "reset",
  /** Done, and the client never hears of it. */
  "lost-reply",
  "half-reply",
  "silence",
] as const;
export type Fault = (typeof FAULTS)[number];

/** Which requests go wrong: the same for the same seed. */
export function seededFaults(share: number, seed: number): () => Fault | undefined {
  let state = seed >>> 0;
  // Numerical Recipes' generator: enough to pick faults with.
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => (next() < share ? FAULTS[Math.floor(next() * FAULTS.length)] : undefined);
}
