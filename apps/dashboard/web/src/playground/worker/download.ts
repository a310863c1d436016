/**
 * The bytes at an address, told as they come.
 * @param told.onLength how many there will be, where the host says so
 */
export async function download(
  address: string,
  told: {
    readonly onBytes: (more: number) => void;
    readonly onLength?: (length: number) => void;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await answer(address);
  told.onLength?.(Number(response.headers.get("content-length") ?? 0));
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    told.onBytes(value.length);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export async function downloadJson(address: string): Promise<unknown> {
  return (await answer(address)).json();
}

/** @throws with what the server says is wrong */
async function answer(address: string): Promise<Response> {
  const response = await fetch(address).catch(() => {
    throw new Error(`${address} can't be reached; is the server running?`);
  });
  if (response.ok) return response;
  const body: { error?: string } = await response.json().catch(() => ({}));
  throw new Error(body.error ?? `${address}: ${response.status} ${response.statusText}`);
}
