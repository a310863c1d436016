import { useCallback, useEffect, useState } from "react";

export interface Camera {
  readonly state: "off" | "starting" | "on";
  readonly error: string | undefined;
  readonly toggle: () => void;
  readonly stop: () => void;
}

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: "the browser was told not to give it; allow it in the address bar",
  NotFoundError: "there is none",
  NotReadableError: "another program has it",
};

/**
 * The camera, frame by frame: the next one is taken when the last has been dealt with, so it runs as fast as
 * the model does. Frames are the receiver's to close.
 * @param onFrame deals with a frame; a new function takes over with the next one
 */
export function useCamera(onFrame: ((bitmap: ImageBitmap) => Promise<void>) | undefined): Camera {
  const [wanted, setWanted] = useState(false);
  const [video, setVideo] = useState<HTMLVideoElement | undefined>();
  const [error, setError] = useState<string | undefined>();
  useEffect(() => {
    if (!wanted) return;
    let stream: MediaStream | undefined;
    let isOver = false;
    const start = async () => {
      if (!navigator.mediaDevices) throw new Error("browsers give it to https and localhost only");
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const element = document.createElement("video");
      element.muted = true;
      element.playsInline = true;
      element.srcObject = stream;
      await element.play();
      if (!isOver) setVideo(element);
    };
    const stopTracks = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    start()
      .catch((problem: Error) => {
        setError(`Camera: ${reasons[problem.name] ?? problem.message}.`);
        setWanted(false);
      })
      .finally(() => {
        if (isOver) stopTracks();
      });
    return () => {
      isOver = true;
      stopTracks();
      setVideo(undefined);
    };
  }, [wanted]);
  useEffect(() => {
    if (!video || !onFrame) return;
    let isOver = false;
    const run = async () => {
      while (!isOver) {
        await onFrame(await createImageBitmap(video));
        await new Promise(requestAnimationFrame);
      }
    };
    run().catch((problem: Error) => {
      if (isOver) return;
      setError(`Camera: ${problem.message}`);
      setWanted(false);
    });
    return () => {
      isOver = true;
    };
  }, [video, onFrame]);
  const toggle = useCallback(() => {
    setError(undefined);
    setWanted((before) => !before);
  }, []);
  const stop = useCallback(() => setWanted(false), []);
  return {
    state: !wanted ? "off" : video ? "on" : "starting",
    error,
    toggle,
    stop,
  };
}
