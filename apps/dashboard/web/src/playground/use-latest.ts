import { useEffect, useRef, useState } from "react";
import { isClosed } from "./client.js";

export interface Latest<Output> {
  readonly output?: Output;
  readonly error?: string;
}

/**
 * The answer to the newest question. While one is worked on, only the newest of those that come is kept, so
 * that a brush or a slider never piles up work.
 * @param work asks it; undefined: there is nothing to ask. A new function is a new question.
 */
export function useLatest<Output>(work: (() => Promise<Output>) | undefined): Latest<Output> {
  const [answer, setAnswer] = useState<Latest<Output>>({});
  const next = useRef<(() => Promise<Output>) | undefined>(undefined);
  const busy = useRef(false);
  useEffect(() => {
    next.current = work;
    if (!work) setAnswer({});
    if (busy.current) return;
    const catchUp = async () => {
      busy.current = true;
      while (next.current) {
        const asked = next.current;
        next.current = undefined;
        try {
          setAnswer({ output: await asked() });
        } catch (error) {
          if (!isClosed(error)) setAnswer({ error: (error as Error).message });
        }
      }
      busy.current = false;
    };
    catchUp();
  }, [work]);
  return answer;
}
