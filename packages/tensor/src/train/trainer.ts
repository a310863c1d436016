import type { HostTensor } from "../host-tensor.js";

/** Trains one model; the loop around it (data, checkpoints, progress, evaluation) is the same for all. */
export interface Trainer<Batch> {
  /** Optimizer steps done. */
  readonly step: number;
  /** One optimizer step: named scalars (losses, gradient norms, learning rate). */
  trainStep(batch: Batch): Promise<Record<string, number>>;
  /**
   * Everything that the next step depends on, by name: `model.*`, `ema.*`, `optimizer.*`, … and `step`.
   * A trainer restored from it goes on bit for bit as the first would have.
   */
  state(): Promise<Record<string, HostTensor>>;
  /** @param where names the source in errors */
  restore(state: Record<string, HostTensor>, where: string): void;
  dispose(): void;
}
