/** Writes Python's pickle format, protocol 2: what Python's own loaders and safe ones read. */

/** A call of a named function, for what has no form of its own. */
export class Call {
  constructor(
    /** `module\nname` */
    readonly callee: string,
    readonly args: readonly Pickled[],
  ) {}
}

/** A name that stands for itself, such as a class. */
export class Name {
  constructor(readonly name: string) {}
}

/** A reference to something stored outside of the pickle. */
export class Reference {
  constructor(readonly id: Tuple) {}
}

export class Tuple {
  constructor(readonly items: readonly Pickled[]) {}
}

export type Pickled =
  | Call
  | Name
  | Reference
  | Tuple
  | string
  | number
  | boolean
  | null
  | readonly Pickled[]
  | { readonly [key: string]: Pickled };

const text = new TextEncoder();

/** Lists stay lists, records become dictionaries, whole numbers of 32 bits integers, others floats. */
export function pickle(value: Pickled): Uint8Array {
  const bytes: number[] = [0x80, 2];
  const number = (size: number, write: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    bytes.push(...new Uint8Array(view.buffer));
  };
  const code = (letter: string) => bytes.push(letter.charCodeAt(0));
  const write = (item: Pickled): void => {
    if (item === null) code("N");
    else if (typeof item === "boolean") bytes.push(item ? 0x88 : 0x89);
    else if (typeof item === "string") {
      const encoded = text.encode(item);
      code("X");
      number(4, (view) => view.setUint32(0, encoded.length, true));
      bytes.push(...encoded);
    } else if (typeof item === "number") {
      if (item === (item | 0) && !Object.is(item, -0)) {
        code("J");
        number(4, (view) => view.setInt32(0, item, true));
      } else {
        code("G");
        number(8, (view) => view.setFloat64(0, item));
      }
    } else if (item instanceof Name) {
      code("c");
      bytes.push(...text.encode(`${item.name}\n`));
    } else if (item instanceof Tuple) {
      code("(");
      for (const inner of item.items) write(inner);
      code("t");
    } else if (item instanceof Call) {
      write(new Name(item.callee));
      write(new Tuple(item.args));
      code("R");
    } else if (item instanceof Reference) {
      write(item.id);
      code("Q");
    } else if (Array.isArray(item)) {
      code("]");
      code("(");
      for (const inner of item as readonly Pickled[]) write(inner);
      code("e");
    } else {
      code("}");
      code("(");
      for (const [key, inner] of Object.entries(item)) {
        write(key);
        write(inner as Pickled);
      }
      code("u");
    }
  };
  write(value);
  code(".");
  return Uint8Array.from(bytes);
}
