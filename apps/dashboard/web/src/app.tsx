import type { ReactNode } from "react";
import { type LiveState, useLiveUpdates } from "./data/live.js";
import { useLocation } from "./data/location.js";
import { isExport } from "./data/source.js";
import { CodebooksPage } from "./pages/codebooks-page.js";
import { ComparePage } from "./pages/compare-page.js";
import { GalleryPage } from "./pages/gallery-page.js";
import { RunPage } from "./pages/run-page.js";
import { RunsPage } from "./pages/runs-page.js";
import { SweepPage } from "./pages/sweep-page.js";
import { SweepsPage } from "./pages/sweeps-page.js";
import { TokensPage } from "./pages/tokens-page.js";
import { Link } from "./parts/link.js";
import { TABS } from "./parts/tabs.js";
import { TopBar } from "./parts/top-bar.js";

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
  const section = parts[0] === "runs" ? "" : parts[0];
  return (
    <>
      <TopBar
        brand={(content) => (
          <Link className="brand" to="/">
            {content}
          </Link>
        )}
        tabs={
          <>
            {TABS.map(({ path, label }) => (
              <Link key={path} to={`/${path}`} aria-current={path === section ? "page" : undefined}>
                {label}
              </Link>
            ))}
            {/* A document of its own, which an export from a disk can't have. */}
            {!isExport && <a href="/playground/">Playground</a>}
          </>
        }
        end={
          <span role="status">
            <span className={`dot ${dot}`} /> {text}
          </span>
        }
      />
      <main tabIndex={-1}>{pageOf(parts)}</main>
    </>
  );
}
