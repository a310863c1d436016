import { type ReactNode, useEffect, useState } from "react";
import { type LiveState, useLiveUpdates } from "./data/live.js";
import { useLocation } from "./data/location.js";
import { CodebooksPage } from "./pages/codebooks-page.js";
import { ComparePage } from "./pages/compare-page.js";
import { GalleryPage } from "./pages/gallery-page.js";
import { RunPage } from "./pages/run-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { SweepPage } from "./pages/sweep-page.js";
import { SweepsPage } from "./pages/sweeps-page.js";
import { TokensPage } from "./pages/tokens-page.js";
import { Link } from "./parts/link.js";

const LIVE: Readonly<Record<LiveState, readonly [string, string]>> = {
  connecting: ["", "connecting"],
  live: ["on", "live"],
  lost: ["off", "connection lost, retrying"],
  export: ["", "exported"],
};

/** The page of an address: /, /runs/<id>[/codebooks|/tokens], /compare, /gallery, /sweeps[/<name>]. */
function pageOf([section, name, view]: readonly string[]): ReactNode {
  if (section === "runs" && name) {
    if (view === "codebooks") return <CodebooksPage id={name} key={name} />;
    if (view === "tokens") return <TokensPage id={name} key={name} />;
    return <RunPage id={name} key={name} />;
  }
  if (section === "compare") return <ComparePage />;
  if (section === "gallery") return <GalleryPage />;
  if (section === "sweeps") return name ? <SweepPage name={name} key={name} /> : <SweepsPage />;
  return <RunsPage />;
}

export function App() {
  const { pathname } = useLocation();
  const [dot, text] = LIVE[useLiveUpdates()];
  const parts = pathname.split("/").slice(1).map(decodeURIComponent);
  const [section] = parts;
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
        <Link className="brand" to="/">
          <Logo /> fqgan
        </Link>
        <nav aria-label="Pages">
          <Tab to="/" label="Runs" current={section === "" || section === "runs"} />
          <Tab to="/sweeps" label="Sweeps" current={section === "sweeps"} />
          <Tab to="/compare" label="Compare" current={section === "compare"} />
          <Tab to="/gallery" label="Gallery" current={section === "gallery"} />
        </nav>
        <div className="end">
          <span role="status">
            <span className={`dot ${dot}`} /> {text}
          </span>
          <ThemeButton />
        </div>
      </header>
      <main tabIndex={-1}>{pageOf(parts)}</main>
    </>
  );
}

function Tab({ to, label, current }: { to: string; label: string; current: boolean }) {
  return (
    <Link to={to} aria-current={current ? "page" : undefined}>
      {label}
    </Link>
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
