/** Bytes that can be read in parts: a file too large for memory, or an array. */
export interface ByteSource {
  readonly size: number;
  /** Fewer bytes than asked for where the source ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Bytes already in memory as a source. */
export function byteSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => Uint8Array.prototype.slice.call(bytes, offset, offset + length),
  };
}
