/** Something that several users of the same weights share: made for the first, disposed after the last. */
interface Shared<T> {
  readonly made: T;
  users: number;
}

const everything = new Map<string, Shared<{ dispose(): void }>>();

/**
 * The same thing for every caller with this key until all have disposed of it: one compiled network
 * serves extractors that differ in what comes before it.
 */
export function share<T extends { dispose(): void }>(key: string, make: () => T): T {
  const known = everything.get(key) as Shared<T> | undefined;
  const shared = known ?? { made: make(), users: 0 };
  everything.set(key, shared);
  shared.users++;
  let isMine = true;
  const dispose = () => {
    if (!isMine) return;
    isMine = false;
    shared.users--;
    if (shared.users > 0) return;
    everything.delete(key);
    shared.made.dispose();
  };
  return { ...shared.made, dispose };
}
