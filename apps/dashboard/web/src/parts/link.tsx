import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { hrefOf, navigate } from "../data/location.js";

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** Address inside the application. */
  readonly to: string;
}

/** Follows an address inside the page; modified clicks stay the browser's. */
export function Link({ to, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
    window.scrollTo(0, 0);
  };
  return <a href={hrefOf(to)} onClick={follow} {...rest} />;
}

export const runAddress = (id: string, view = ""): string =>
  `/runs/${encodeURIComponent(id)}${view && `/${view}`}`;
