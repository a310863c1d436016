import { expect, it } from "vitest";
import { share } from "./shared.js";

it("makes one thing a key, and lets it go after its last user", () => {
  const happened: string[] = [];
  const make = (key: string) =>
    share(key, () => {
      happened.push(`made ${key}`);
      return { key, dispose: () => void happened.push(`gone ${key}`) };
    });
  const [first, second, other] = [make("a"), make("a"), make("b")];
  expect([first.key, second.key, other.key]).toEqual(["a", "a", "b"]);
  first.dispose();
  first.dispose(); // a second time is nothing
  expect(happened).toEqual(["made a", "made b"]);
  second.dispose();
  expect(happened).toEqual(["made a", "made b", "gone a"]);
  make("a").dispose();
  expect(happened.slice(3)).toEqual(["made a", "gone a"]);
});

it("keeps nothing of what could not be made", () => {
  const fail = () => {
    throw new Error("no weights");
  };
  expect(() => share("c", fail)).toThrow("no weights");
  expect(share("c", () => ({ made: true, dispose() {} })).made).toBe(true);
});
