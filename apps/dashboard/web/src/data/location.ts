import { useSyncExternalStore } from "react";
import { isExport } from "./source.js";

/**
 * The URL is the only place where a view's state lives, so that every view is a link. An exported
 * dashboard is one file, which keeps the address behind its `#`.
 */
const listeners = new Set<() => void>();
const events = ["popstate", "hashchange"];
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  for (const event of events) window.addEventListener(event, listener);
  return () => {
    listeners.delete(listener);
    for (const event of events) window.removeEventListener(event, listener);
  };
};

/** What an `<a>` must have to lead to an address of this application. */
export const hrefOf = (address: string): string => (isExport ? `#${address}` : address);

export function navigate(address: string, replace = false): void {
  window.history[replace ? "replaceState" : "pushState"](null, "", hrefOf(address));
  for (const listener of listeners) listener();
}

const currentUrl = (): URL =>
  isExport
    ? new URL(window.location.hash.slice(1) || "/", "file://x")
    : new URL(window.location.href);

export function useLocation(): URL {
  useSyncExternalStore(subscribe, () => window.location.href);
  return currentUrl();
}

/** One parameter of the query, and a setter that keeps the others. */
export function useQueryParameter(
  name: string,
  initial: string,
): [string, (value: string) => void] {
  const url = useLocation();
  const set = (value: string) => {
    const next = currentUrl();
    if (value === initial) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
    navigate(next.pathname + next.search, true);
  };
  return [url.searchParams.get(name) ?? initial, set];
}

/** The same for a list: `name=a,b`. Items hold no comma. */
export function useQueryList(name: string): [string[], (items: readonly string[]) => void] {
  const [text, set] = useQueryParameter(name, "");
  return [text.split(",").filter(Boolean), (items) => set(items.join(","))];
}
