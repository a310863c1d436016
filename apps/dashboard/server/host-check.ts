const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether a request's Host header names this machine. A page of another site that had its own name point
 * at 127.0.0.1 (DNS rebinding) would carry that name here.
 */
export function isAllowedHost(header: string | undefined, hosts: readonly string[]): boolean {
  if (!header) return false;
  const name = header.replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK.has(name) || hosts.includes(name);
}
