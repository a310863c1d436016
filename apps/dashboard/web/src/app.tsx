import { useEffect, useState } from "react";
import { useLiveUpdates } from "./data/live.js";
import { follow, useLocation } from "./data/location.js";
import { RunPage } from "./pages/run-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { SweepPage } from "./pages/sweep-page.js";
import { SweepsPage } from "./pages/sweeps-page.js";

const LIVE = {
  connecting: ["", "connecting"],
  live: ["on", "live"],
  lost: ["off", "connection lost, retrying"],
} as const;

export function App() {
  const { pathname } = useLocation();
  const [dot, text] = LIVE[useLiveUpdates()];
  const [, section, name] = pathname.split("/").map(decodeURIComponent);
  return (
    <>
      <header className="top">
        <a className="brand" href="/" onClick={follow}>
          <Logo /> fqgan
        </a>
        <nav>
          <Tab href="/" label="Runs" current={section === "" || section === "runs"} />
          <Tab href="/sweeps" label="Sweeps" current={section === "sweeps"} />
        </nav>
        <div className="end">
          <span role="status">
            <span className={`dot ${dot}`} /> {text}
          </span>
          <ThemeButton />
        </div>
      </header>
      <main>
        {section === "runs" && name ? (
          <RunPage id={name} key={name} />
        ) : section === "sweeps" && name ? (
          <SweepPage name={name} key={name} />
        ) : section === "sweeps" ? (
          <SweepsPage />
        ) : (
          <RunsPage />
        )}
      </main>
    </>
  );
}

function Tab({ href, label, current }: { href: string; label: string; current: boolean }) {
  return (
    <a href={href} onClick={follow} aria-current={current ? "page" : undefined}>
      {label}
    </a>
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
