import { Rate } from "../train/rate.js";
import type { StageContext } from "./stage.js";

/**
 * A pass over images beside training, which shows its rate and the time left and can be stopped.
 * @returns to be told how many images are done, of how many; throws the signal's reason, by which
 *   `runStage` knows that the stage was stopped
 */
export function passOver(
  phase: string,
  { progress, signal }: Pick<StageContext<unknown>, "progress" | "signal">,
): (done: number, total: number) => void {
  const rate = new Rate();
  let before = 0;
  return (step, total) => {
    rate.add(step - before);
    before = step;
    const ratePerSecond = rate.perSecond;
    const secondsLeft = ratePerSecond && (total - step) / ratePerSecond;
    progress({ phase, step, total, ratePerSecond, secondsLeft });
    signal.throwIfAborted();
  };
}
