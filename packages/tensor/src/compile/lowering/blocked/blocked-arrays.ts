import type { Graph, Value } from "../../graph.js";
import { Arrays } from "../arrays.js";
import type { ModelBuilder } from "../builder.js";
import { channelsFirst, type Layout, sameLayout } from "../layout.js";
import type { LoweringContext } from "../rule.js";
import { nchwc } from "./nchwc.js";

/**
 * Arrays of which some are (also, or only) held in ONNX Runtime's blocked form: [B, H, W, C] lies in
 * memory as [B, C/block, H, W, block], and its ONNX shape says [B, C, H, W]. Whoever asks for another
 * layout gets it converted.
 */
export class BlockedArrays extends Arrays {
  readonly #blocked = new Map<Value, string>();
  readonly #made = new Map<string, string>();

  constructor(
    builder: ModelBuilder,
    graph: Graph,
    readonly block: number,
  ) {
    super(builder, graph);
  }

  /** Whether a value can be held in blocks without padding its channels. */
  fits({ shape }: Value): boolean {
    return shape.length === 4 && shape[3]! % this.block === 0;
  }

  isBlocked(value: Value): boolean {
    return this.#blocked.has(value);
  }

  setBlocked(value: Value, name: string): void {
    this.#blocked.set(value, name);
  }

  /** The blocked form of a value that fits. */
  getBlocked(value: Value): string {
    const known = this.#blocked.get(value);
    if (known) return known;
    const name = value.type === "float32" ? this.#reorder(value) : this.#transpose(value);
    this.#blocked.set(value, name);
    return name;
  }

  #reorder(value: Value): string {
    const isFirst = sameLayout(this.layoutOf(value), channelsFirst);
    const layout = isFirst ? channelsFirst : undefined;
    return nchwc(this.builder, "ReorderInput", [this.get(value, layout)], {
      channels_last: { int: isFirst ? 0 : 1 },
    });
  }

  /** What ReorderInput would do, for types that it does not take. */
  #transpose(value: Value): string {
    const [batch, height, width, channels] = value.shape as [number, number, number, number];
    const split = [batch, height, width, channels / this.block, this.block];
    const name = this.builder.emit("Transpose", [this.reshape(this.get(value), split)], {
      perm: { ints: [0, 3, 1, 2, 4] },
    });
    return this.reshape(name, [batch, channels, height, width]);
  }

  override get(value: Value, layout?: Layout): string {
    const blocked = this.#blocked.get(value);
    if (blocked && !this.has(value)) {
      const isFloat = value.type === "float32";
      const first = isFloat && layout !== undefined && sameLayout(layout, channelsFirst);
      const name = isFloat
        ? this.unblock(blocked, { channels: value.shape[3]!, channelsLast: !first })
        : this.#transposeBack(value, blocked);
      this.set(value, name, first ? channelsFirst : undefined);
    }
    return super.get(value, layout);
  }

  #transposeBack({ shape }: Value, blocked: string): string {
    const [batch, height, width, channels] = shape as [number, number, number, number];
    const split = [batch, channels / this.block, height, width, this.block];
    const name = this.builder.emit("Transpose", [this.reshape(blocked, split)], {
      perm: { ints: [0, 2, 3, 1, 4] },
    });
    return this.reshape(name, shape);
  }

  /** [B, channels rounded up, H, W] in blocks → [B, H, W, channels] or [B, channels, H, W]. */
  unblock(name: string, options: { channels: number; channelsLast: boolean }): string {
    return nchwc(this.builder, "ReorderOutput", [name], {
      channels: { int: options.channels },
      channels_last: { int: options.channelsLast ? 1 : 0 },
    });
  }

  /** Makes an ONNX value once for each key. */
  once(key: string, make: () => string): string {
    const known = this.#made.get(key);
    if (known) return known;
    const name = make();
    this.#made.set(key, name);
    return name;
  }

  protected override formsOf(value: Value) {
    if (!this.has(value) && this.#blocked.has(value)) this.get(value);
    return super.formsOf(value);
  }
}

/** What a rule of the blocked lowering may use. */
export interface BlockedContext extends LoweringContext {
  readonly arrays: BlockedArrays;
}
