/**
 * Python's pickle format (docs.python.org/3/library/pickle.html, pickletools) as data: nothing is ever
 * executed. Classes are made by an allow-list of constructors and every other name is refused.
 */
import { UserError } from "@fqgan/registry";

/** What a name in a pickle may become: a function of the arguments that it is called with. */
export type Constructor = (args: readonly unknown[]) => unknown;

export interface PickleOptions {
  /** By `module.name`. */
  readonly constructors: Readonly<Record<string, Constructor>>;
  /** Resolves a reference to something stored outside of the pickle. */
  readonly persistent: (id: unknown) => unknown;
  /** Names the file in errors. */
  readonly where: string;
  /** Where in the bytes the pickle begins; default 0. */
  readonly start?: number;
}

export interface Unpickled {
  /** Dictionaries are Maps, tuples and lists arrays. */
  readonly value: unknown;
  /** Offset of the first byte after the pickle. */
  readonly end: number;
}

/** The bytes end before the pickle does. */
export class CutOffError extends UserError {}

/** A name of the allow-list, before it is called. */
export class Global {
  constructor(
    readonly name: string,
    readonly construct: Constructor,
  ) {}
}

/** What Python keeps as an object's attributes; a dictionary's own are not read. */
export class Attributes extends Map<unknown, unknown> {}

const MARK = Symbol("mark");

/** Reads one pickle. */
export function unpickle(bytes: Uint8Array, options: PickleOptions): Unpickled {
  const { constructors, persistent, where, start = 0 } = options;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  const memo = new Map<number, unknown>();
  const stack: unknown[] = [];
  let at = start;

  const refuse = (problem: string): never => {
    throw new UserError(`${where}: cannot read its pickle: ${problem}`);
  };
  const cutOff = (): never => {
    throw new CutOffError(`${where}: cannot read its pickle: it is cut off`);
  };
  const take = (count: number) => {
    at += count;
    return count < 0 || at > bytes.length ? cutOff() : at - count;
  };
  const string = (length: number) => text.decode(bytes.subarray(take(length), at));
  const line = () => {
    const stop = bytes.indexOf(10, at);
    if (stop < 0) return cutOff();
    const words = text.decode(bytes.subarray(at, stop));
    at = stop + 1;
    return words;
  };
  const pop = () => {
    if (stack.length === 0) return refuse("its stack is empty; the file is damaged");
    return stack.pop();
  };
  const top = () => stack[stack.length - 1];
  const remembered = (key: number) =>
    memo.has(key) ? memo.get(key) : refuse(`it recalls value ${key}, which it never stored`);
  const sinceMark = () => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) return refuse("a mark is missing; the file is damaged");
    return stack.splice(mark).slice(1);
  };
  const append = (values: readonly unknown[]) => {
    const target = top();
    if (!Array.isArray(target)) return refuse("items of something that is no list");
    for (const value of values) target.push(value);
  };
  const setItems = (target: unknown, items: readonly unknown[]) => {
    if (!(target instanceof Map)) return refuse("items of something that is no dictionary");
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  };
  const call = (callee: unknown, args: unknown) => {
    if (!(callee instanceof Global) || !Array.isArray(args)) return refuse("a call of a value");
    return callee.construct(args);
  };
  const global = (module: string, name: string) => {
    const full = `${module}.${name}`;
    const construct = Object.hasOwn(constructors, full) ? constructors[full] : undefined;
    return construct
      ? new Global(full, construct)
      : refuse(`it wants to run ${full}, which is refused; only tensors and plain data are read`);
  };
  const long = (length: number) => {
    const first = take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[first + i]!);
    return Number(BigInt.asIntN(8 * length, value));
  };

  const operations: Record<number, () => unknown> = {
    128: () => take(1), // PROTO
    149: () => take(8), // FRAME
    40: () => stack.push(MARK), // MARK
    48: () => pop(), // POP
    49: () => sinceMark(), // POP_MARK
    78: () => stack.push(null), // NONE
    136: () => stack.push(true), // NEWTRUE
    137: () => stack.push(false), // NEWFALSE
    74: () => stack.push(data.getInt32(take(4), true)), // BININT
    75: () => stack.push(bytes[take(1)]), // BININT1
    77: () => stack.push(data.getUint16(take(2), true)), // BININT2
    138: () => stack.push(long(bytes[take(1)]!)), // LONG1
    71: () => stack.push(data.getFloat64(take(8))), // BINFLOAT
    88: () => stack.push(string(data.getUint32(take(4), true))), // BINUNICODE
    140: () => stack.push(string(bytes[take(1)]!)), // SHORT_BINUNICODE
    84: () => stack.push(string(data.getInt32(take(4), true))), // BINSTRING
    85: () => stack.push(string(bytes[take(1)]!)), // SHORT_BINSTRING
    125: () => stack.push(new Map()), // EMPTY_DICT
    93: () => stack.push([]), // EMPTY_LIST
    41: () => stack.push([]), // EMPTY_TUPLE
    143: () => stack.push([]), // EMPTY_SET
    116: () => stack.push(sinceMark()), // TUPLE
    133: () => stack.push(stack.splice(-1)), // TUPLE1
    134: () => stack.push(stack.splice(-2)), // TUPLE2
    135: () => stack.push(stack.splice(-3)), // TUPLE3
    108: () => stack.push(sinceMark()), // LIST
    97: () => append([pop()]), // APPEND
    101: () => append(sinceMark()), // APPENDS
    144: () => append(sinceMark()), // ADDITEMS
    115: () => {
      const value = pop();
      const key = pop();
      setItems(top(), [key, value]);
    }, // SETITEM
    117: () => {
      const items = sinceMark();
      setItems(top(), items);
    }, // SETITEMS
    113: () => memo.set(bytes[take(1)]!, top()), // BINPUT
    114: () => memo.set(data.getUint32(take(4), true), top()), // LONG_BINPUT
    148: () => memo.set(memo.size, top()), // MEMOIZE
    104: () => stack.push(remembered(bytes[take(1)]!)), // BINGET
    106: () => stack.push(remembered(data.getUint32(take(4), true))), // LONG_BINGET
    99: () => stack.push(global(line(), line())), // GLOBAL
    147: () => {
      const name = pop();
      stack.push(global(String(pop()), String(name)));
    }, // STACK_GLOBAL
    82: () => {
      const args = pop();
      stack.push(call(pop(), args));
    }, // REDUCE
    129: () => {
      const args = pop();
      stack.push(call(pop(), args));
    }, // NEWOBJ
    98: () => {
      const state = pop();
      const target = top();
      // a tensor's hooks and a dictionary's attributes carry no data
      if (state instanceof Map && target instanceof Attributes)
        for (const [key, value] of state) target.set(key, value);
    }, // BUILD
    81: () => stack.push(persistent(pop())), // BINPERSID
  };

  for (;;) {
    const code = bytes[take(1)]!;
    if (code === 46) return { value: pop(), end: at }; // STOP
    const operation = operations[code];
    if (!operation) return refuse(`opcode ${code} at byte ${at - 1} is not one of a checkpoint's`);
    operation();
  }
}
