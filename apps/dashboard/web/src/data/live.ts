import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Follows the server's stream of changes and refetches what changed; reconnects by itself. */
export function useLiveUpdates(): "connecting" | "live" | "lost" {
  const client = useQueryClient();
  const [state, setState] = useState<"connecting" | "live" | "lost">("connecting");
  useEffect(() => {
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
    });
    return () => source.close();
  }, [client]);
  return state;
}
