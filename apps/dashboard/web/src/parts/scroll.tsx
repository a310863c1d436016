import type { ReactNode, Ref } from "react";

/** A place that scrolls inside the page, also by keyboard. */
export function Scroll({
  label,
  className = "",
  children,
  ref,
}: {
  label: string;
  className?: string;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={`scroll ${className}`} ref={ref} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
