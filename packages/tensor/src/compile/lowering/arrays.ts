import type { HostTensor } from "../../host-tensor.js";
import { type Graph, sizeOf, type Value } from "../graph.js";
import type { ModelBuilder } from "./builder.js";
import {
  arranged,
  isNatural,
  type Layout,
  natural,
  permutation,
  sameLayout,
  sameOrder,
} from "./layout.js";
import { inputName } from "./lowering.js";

export interface Form {
  readonly layout: Layout;
  readonly name: string;
}

/** Which ONNX values hold each value of the graph, and in which layouts; makes other layouts on demand. */
export class Arrays {
  readonly #forms = new Map<Value, Form[]>();

  constructor(
    readonly builder: ModelBuilder,
    graph: Graph,
  ) {
    this.#constants = graph.constants;
    for (const value of graph.inputs) this.set(value, inputName(value));
    for (const [value, data] of graph.constants)
      this.set(value, builder.constant({ type: value.type, shape: value.shape, data }));
  }

  /** What is known of a value at compile time: a weight that is frozen, a literal. */
  constant(value: Value): HostTensor["data"] | undefined {
    return this.#constants.get(value);
  }
  readonly #constants: Graph["constants"];

  /** Says that the ONNX value `name` holds `value`, laid out as `layout`. */
  set(value: Value, name: string, layout: Layout = natural(value.shape.length)): void {
    const forms = this.#forms.get(value);
    if (forms) forms.push({ layout, name });
    else this.#forms.set(value, [{ layout, name }]);
  }

  /** The layouts in which a value exists, in order of making. */
  layoutsOf(value: Value): readonly Layout[] {
    return this.formsOf(value).map(({ layout }) => layout);
  }

  /** The layout that a value was made in. */
  layoutOf(value: Value): Layout {
    return this.formsOf(value)[0]!.layout;
  }

  /** The name of an ONNX value that holds `value` in `layout` (default: the graph's own order). */
  get(value: Value, layout: Layout = natural(value.shape.length)): string {
    const forms = this.formsOf(value);
    const known = forms.find((form) => sameLayout(form.layout, layout));
    if (known) return known.name;
    const { shape } = value;
    const alike = forms.find((form) => sameOrder(shape, form.layout, layout));
    const name = alike
      ? this.reshape(alike.name, arranged(shape, layout))
      : this.builder.emit("Transpose", [forms[0]!.name], {
          perm: { ints: permutation(forms[0]!.layout, layout) },
        });
    forms.push({ layout, name });
    return name;
  }

  /** A value that is to be broadcast to `rank` axes, arranged as an array of that layout is. */
  getBroadcast(value: Value, layout: Layout): string {
    const missing = layout.length - value.shape.length;
    if (sizeOf(value.shape) === 1 && value.shape.length <= layout.length) return this.get(value);
    if (missing === 0) return this.get(value, layout);
    // Leading axes of length 1 come where the layout puts them.
    const padded = [...new Array<number>(missing).fill(1), ...value.shape];
    const own = layout.filter((axis) => axis >= missing).map((axis) => axis - missing);
    const sides = arranged(padded, layout);
    const firstLong = sides.findIndex((side) => side !== 1);
    const name = this.get(
      value,
      sameOrder(value.shape, own, natural(own.length)) ? undefined : own,
    );
    // ONNX aligns shapes from the right, so leading ones need not be there.
    if (isNatural(layout)) return name;
    return this.reshape(name, sides.slice(Math.max(0, firstLong)));
  }

  /** ONNX Reshape, made once for each array and shape. */
  reshape(name: string, shape: readonly number[]): string {
    const key = `${name} ${shape}`;
    const known = this.#reshaped.get(key);
    if (known) return known;
    const made = this.builder.emit("Reshape", [name, this.builder.ints(shape)]);
    this.#reshaped.set(key, made);
    return made;
  }
  readonly #reshaped = new Map<string, string>();

  /** Whether a value has been made in any layout. */
  has(value: Value): boolean {
    return this.#forms.has(value);
  }

  protected formsOf(value: Value): Form[] {
    const forms = this.#forms.get(value);
    if (!forms) throw new Error(`value ${value.id} [${value.shape}] is used before it is made`);
    return forms;
  }
}
