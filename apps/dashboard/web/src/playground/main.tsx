import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { PlaygroundModels } from "../../../server/api-types.js";
import { PlaygroundPage } from "../pages/playground-page.js";
import { Pending } from "../parts/status.js";
import { TABS } from "../parts/tabs.js";
import { TopBar } from "../parts/top-bar.js";
import "../style.css";
import "./playground.css";

/** The playground as a document: what it shows is all beside it, on a server or any static host. */
function Playground() {
  const { data: list, error } = useQuery({
    queryKey: ["models"],
    queryFn: async (): Promise<PlaygroundModels> => {
      const response = await fetch("models.json");
      if (!response.ok) throw new Error(`models.json: ${response.status}; serve the whole folder`);
      return response.json();
    },
  });
  const dashboard = list?.dashboard;
  return (
    <>
      <TopBar
        brand={(content) => (
          <a className="brand" href={dashboard ?? "./"}>
            {content}
          </a>
        )}
        tabs={
          <>
            {dashboard !== undefined &&
              TABS.map(({ path, label }) => (
                <a key={path} href={dashboard + path}>
                  {label}
                </a>
              ))}
            <a href="./" aria-current="page">
              Playground
            </a>
          </>
        }
      />
      <main tabIndex={-1}>
        {list ? <PlaygroundPage list={list} /> : <Pending error={error} what="models" />}
      </main>
    </>
  );
}

const client = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Playground />
    </QueryClientProvider>
  </StrictMode>,
);
