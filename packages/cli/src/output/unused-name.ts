/** Gives every name once: pictures of several folders, or of several formats, may be called the same. */
export class UnusedNames {
  readonly #taken = new Set<string>();

  /** The name itself, or with the first number that makes it new. */
  take(name: string): string {
    let free = name;
    for (let i = 2; this.#taken.has(free); i++) free = `${name}-${i}`;
    this.#taken.add(free);
    return free;
  }
}
