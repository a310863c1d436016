import { describe, expect, it } from "vitest";
import { emojiIdentity } from "./emoji-identity.js";

const person = (unified: string) => emojiIdentity({ unified, subcategory: "person" });

describe("emojiIdentity", () => {
  it("merges man, woman and person, skin tones and hair", () => {
    const farmer = person("1F9D1-200D-1F33E");
    expect(person("1F468-200D-1F33E")).toBe(farmer);
    expect(person("1F469-1F3FD-200D-1F33E")).toBe(farmer);
    expect(person("1F468-200D-1F9B0")).toBe(person("1F469"));
    expect(person("1F471-200D-2640-FE0F")).toBe(person("1F9D1"));
  });

  it("merges directions that follow, but keeps the arrow emoji", () => {
    expect(person("1F3C3-200D-2640-FE0F-200D-27A1-FE0F")).toBe(person("1F3C3"));
    expect(person("27A1-FE0F")).toBe(person("2B05-FE0F"));
    expect(person("27A1-FE0F")).not.toBe(person("1F3C3"));
  });

  it("makes families and couples one group", () => {
    const kiss = emojiIdentity({ unified: "1F48F", subcategory: "family" });
    expect(person("1F46A")).toBe(kiss);
    expect(person("1F9D1-200D-1F9D1-200D-1F9D2-200D-1F9D2")).toBe(kiss);
    expect(person("1F9D1-200D-1F9D2")).toBe(kiss);
    expect(person("1F9D1-200D-1F33E")).not.toBe(kiss);
  });

  it("merges series only as whole emoji", () => {
    expect(person("1F550")).toBe(person("1F567"));
    expect(person("2764-FE0F")).toBe(person("1F499"));
    expect(person("2764-FE0F-200D-1F525")).not.toBe(person("1F499"));
    expect(person("1F408-200D-2B1B")).not.toBe(person("2B1B"));
  });
});
