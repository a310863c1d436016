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
  fits({ type, shape }: Value): boolean {
    return type === "float32" && shape.length === 4 && shape[3]! % this.block === 0;
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
    const isFirst = sameLayout(this.layoutOf(value), channelsFirst);
    const layout = isFirst ? channelsFirst : undefined;
    const name = nchwc(this.builder, "ReorderInput", [this.get(value, layout)], {
      channels_last: { int: isFirst ? 0 : 1 },
    });
    this.#blocked.set(value, name);
    return name;
  }

  override get(value: Value, layout?: Layout): string {
    const blocked = this.#blocked.get(value);
    if (blocked && !this.has(value)) {
      const first = layout !== undefined && sameLayout(layout, channelsFirst);
      const name = this.unblock(blocked, { channels: value.shape[3]!, channelsLast: !first });
      this.set(value, name, first ? channelsFirst : undefined);
    }
    return super.get(value, layout);
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
