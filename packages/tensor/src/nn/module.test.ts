import { describe, expect, it } from "vitest";
import { buffer, Module, parameter } from "./module.js";

const weight = (size: number) => parameter(new Float32Array(size), [size]);

class Leaf extends Module {
  readonly kernel = weight(3);
  readonly bias?: ReturnType<typeof weight>;
}

class Tree extends Module {
  readonly first = new Leaf();
  readonly list = [new Leaf(), new Leaf()] as const;
  readonly named = { visual: new Leaf(), semantic: weight(2) };
  readonly count = buffer(new Float32Array(1), []);
  readonly size = 7;
  readonly label = "tree";
  readonly at = new Date(0);
  readonly map = new Map([["hidden", weight(1)]]);
  readonly #secret = weight(100);
  get secretSize() {
    return this.#secret.size;
  }
}

describe("Module", () => {
  it("names variables by their path, in order of declaration", () => {
    expect([...new Tree().namedVariables().keys()]).toEqual([
      "first.kernel",
      "list.0.kernel",
      "list.1.kernel",
      "named.visual.kernel",
      "named.semantic",
      "count",
    ]);
    expect([...new Leaf().namedVariables("encoder").keys()]).toEqual(["encoder.kernel"]);
  });

  it("counts and trains weights only, not buffers or # fields", () => {
    const tree = new Tree();
    expect(tree.parameterCount()).toBe(3 * 4 + 2);
    expect(tree.trainableVariables()).not.toContain(tree.count);
    expect(tree.secretSize).toBe(100);
  });

  it("lists a shared variable or module once, under its first name", () => {
    const shared = new Leaf();
    class Tied extends Module {
      readonly input = shared;
      readonly output = { same: shared, kernel: shared.kernel };
    }
    expect([...new Tied().namedVariables().keys()]).toEqual(["input.kernel"]);
    expect(new Tied().parameterCount()).toBe(3);
  });

  it("ends where modules refer to each other", () => {
    class Child extends Module {
      readonly kernel = weight(1);
      constructor(readonly parent: Module) {
        super();
      }
    }
    class Parent extends Module {
      readonly child = new Child(this);
    }
    expect([...new Parent().namedVariables().keys()]).toEqual(["child.kernel"]);
  });

  it("refuses two variables of one name", () => {
    class Ambiguous extends Module {
      readonly parts = { "a.b": weight(1), a: { b: weight(1) } };
    }
    expect(() => new Ambiguous().namedVariables()).toThrow(/parts\.a\.b/);
  });

  it("frees its variables", () => {
    const leaf = new Leaf();
    leaf.dispose();
    expect(leaf.kernel.isDisposed).toBe(true);
  });
});
