import { type ReactNode, useEffect, useState } from "react";

/** The head of every page: brand, tabs, and at the end what is going on. */
export function TopBar({
  brand,
  tabs,
  end,
}: {
  brand: (content: ReactNode) => ReactNode;
  tabs: ReactNode;
  end?: ReactNode;
}) {
  return (
    <>
      <button
        type="button"
        className="skip"
        onClick={() => document.querySelector<HTMLElement>("main")?.focus()}
      >
        Skip to content
      </button>
      <header className="top">
        {brand(
          <>
            <Logo /> fqgan
          </>,
        )}
        <nav aria-label="Pages">{tabs}</nav>
        <div className="end">
          {end}
          <ThemeButton />
        </div>
      </header>
    </>
  );
}

function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
      <rect width="7" height="7" rx="1.5" fill="#2563eb" />
      <rect x="9" width="7" height="7" rx="1.5" fill="#f59e0b" />
      <rect y="9" width="7" height="7" rx="1.5" fill="#f59e0b" />
      <rect x="9" y="9" width="7" height="7" rx="1.5" fill="#2563eb" />
    </svg>
  );
}

const THEMES = ["system", "light", "dark"] as const;

function ThemeButton() {
  const [theme, setTheme] = useState(() => localStorage.getItem("theme") ?? "system");
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  const next = THEMES[(THEMES.indexOf(theme as (typeof THEMES)[number]) + 1) % THEMES.length]!;
  return (
    <button type="button" onClick={() => setTheme(next)} title={`Switch to ${next}`}>
      Theme: {theme}
    </button>
  );
}
