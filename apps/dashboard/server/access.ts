import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const COOKIE = "fqgan-token";

/**
 * Whether a request's Host header names this machine. A page of another site that had its own name point
 * at 127.0.0.1 (DNS rebinding) would carry that name here.
 */
export function isAllowedHost(header: string | undefined, hosts: readonly string[]): boolean {
  if (!header) return false;
  const name = header.replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK.has(name) || hosts.includes(name);
}

const digest = (text: string) => createHash("sha256").update(text).digest();
const isEqual = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));

/**
 * Lets in who knows the token: from the address that was printed (`?token=…`, which then becomes a
 * cookie) or as a Bearer. A token makes the Host header needless, so any name may be used then.
 */
export function requireAccess(options: {
  readonly token: string | undefined;
  readonly hosts: readonly string[];
}): MiddlewareHandler {
  const { token, hosts } = options;
  return async (context, next) => {
    if (token === undefined) {
      if (!isAllowedHost(context.req.header("host"), hosts))
        return context.json(
          { error: "this host name is not served; open the address that was printed" },
          403,
        );
      return next();
    }
    const url = new URL(context.req.url);
    const asked = url.searchParams.get("token");
    if (asked !== null && isEqual(asked, token)) {
      setCookie(context, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/" });
      url.searchParams.delete("token");
      return context.redirect(url.pathname + url.search);
    }
    const bearer = context.req.header("authorization")?.replace(/^Bearer /, "");
    const given = bearer ?? getCookie(context, COOKIE);
    if (given === undefined || !isEqual(given, token))
      return context.json({ error: "expected a token; open the address that was printed" }, 401);
    return next();
  };
}
