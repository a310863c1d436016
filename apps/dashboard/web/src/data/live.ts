import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isExport } from "./source.js";

export type LiveState = "connecting" | "live" | "lost" | "export";

/** Follows the server's stream of changes and refetches what changed; reconnects by itself. */
export function useLiveUpdates(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>(isExport ? "export" : "connecting");
  useEffect(() => {
    if (isExport) return;
    const source = new EventSource("/api/live");
    source.onopen = () => {
      setState("live");
      client.invalidateQueries();
    };
    source.onerror = () => setState("lost");
    source.addEventListener("change", (event) => {
      const ids = JSON.parse((event as MessageEvent<string>).data) as string[];
      client.invalidateQueries({ queryKey: ["runs"] });
      client.invalidateQueries({ queryKey: ["sweeps"] });
      for (const id of ids) client.invalidateQueries({ queryKey: ["run", id] });
      client.invalidateQueries({
        predicate: ({ queryKey: [kind, question] }) =>
          kind === "curves" && ids.some((id) => JSON.stringify(question).includes(id)),
      });
    });
    return () => source.close();
  }, [client]);
  return state;
}
