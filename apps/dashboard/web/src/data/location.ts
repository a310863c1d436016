import { type MouseEvent, useSyncExternalStore } from "react";

/** The URL is the only place where a view's state lives, so that every view is a link. */
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
};

export function navigate(url: string, replace = false): void {
  window.history[replace ? "replaceState" : "pushState"](null, "", url);
  for (const listener of listeners) listener();
}

export function useLocation(): URL {
  return new URL(useSyncExternalStore(subscribe, () => window.location.href));
}

/** One parameter of the query, and a setter that keeps the others. */
export function useQueryParameter(
  name: string,
  initial: string,
): [string, (value: string) => void] {
  const url = useLocation();
  const set = (value: string) => {
    const next = new URL(window.location.href);
    if (value === initial) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
    navigate(next.pathname + next.search, true);
  };
  return [url.searchParams.get(name) ?? initial, set];
}

/** Follows a link inside the page; modified clicks stay the browser's. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  navigate(event.currentTarget.getAttribute("href") ?? "/");
  window.scrollTo(0, 0);
}
