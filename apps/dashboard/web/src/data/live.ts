import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isExport } from "./source.js";

export type LiveState = "connecting" | "live" | "lost" | "export";

/** The server says every five seconds that it is there. */
const SILENCE_MS = 12_000;

/**
 * Follows the server's stream of changes and refetches what changed. Connects again by itself, also when a
 * connection is dead without anyone having closed it (a sleeping laptop, a lost network).
 */
export function useLiveUpdates(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>(isExport ? "export" : "connecting");
  useEffect(() => {
    if (isExport) return;
    let source: EventSource;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const hear = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        setState("lost");
        source.close();
        connect();
      }, SILENCE_MS);
    };
    const connect = () => {
      hear();
      source = new EventSource("/api/live");
      source.onopen = () => {
        hear();
        setState("live");
        client.invalidateQueries();
      };
      source.onerror = () => setState("lost");
      source.addEventListener("alive", hear);
      source.addEventListener("change", (event) => {
        hear();
        const ids = JSON.parse((event as MessageEvent<string>).data) as string[];
        client.invalidateQueries({ queryKey: ["runs"] });
        client.invalidateQueries({ queryKey: ["sweeps"] });
        for (const id of ids) client.invalidateQueries({ queryKey: ["run", id] });
        client.invalidateQueries({
          predicate: ({ queryKey: [kind, question] }) =>
            kind === "curves" && ids.some((id) => JSON.stringify(question).includes(id)),
        });
      });
    };
    connect();
    return () => {
      clearTimeout(silence);
      source.close();
    };
  }, [client]);
  return state;
}
