/** The layout of torch.save since PyTorch 1.6: a zip archive with one pickle and one member per storage. */
import { UserError } from "@fqgan/registry";
import type { ByteSource } from "./byte-source.js";
import { constructorsFor, storageReference } from "./constructors.js";
import { unpickle } from "./pickle.js";
import type { Storage } from "./tensor.js";
import { openZip } from "./zip.js";

/** What was saved. Values of tensors are read later. */
export async function openZipped(source: ByteSource, where: string): Promise<unknown> {
  const members = await openZip(source, where);
  const pickleName = [...members.keys()].find((name) => name.endsWith("/data.pkl"));
  if (!pickleName)
    throw new UserError(`${where}: expected a file of torch.save, but it has no data.pkl`);
  const root = pickleName.slice(0, -"data.pkl".length);
  const order = await members.get(`${root}byteorder`)?.read();
  if (order && new TextDecoder().decode(order) === "big")
    throw new UserError(`${where}: it was saved on a big-endian machine; save it again on another`);
  const persistent = (id: unknown): Storage => {
    const { key, dtype, bytes } = storageReference(id, where);
    const member = members.get(`${root}data/${key}`);
    if (!member)
      throw new UserError(`${where}: its storage ${key} is missing; the file is damaged`);
    return { dtype, bytes, count: Math.floor(member.length / bytes), read: member.read };
  };
  const pickle = await members.get(pickleName)!.read();
  return unpickle(pickle, { constructors: constructorsFor(where), persistent, where }).value;
}
