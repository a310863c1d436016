import { availableProtocols, chooseProtocols, type EvaluationProtocol } from "@fqgan/experiment";
import type { MetricInput } from "@fqgan/metrics";

/** What the commands that measure images have in common. */
export interface ProtocolOptions {
  readonly inception?: string;
  readonly vgg16?: string;
  readonly dinov2?: string;
  readonly clip?: string;
  readonly lpips?: string;
  readonly lpipsLinear?: string;
  readonly protocol?: readonly string[];
  readonly metric?: readonly string[];
  readonly intervals: boolean;
}

export function protocolsOf(
  options: ProtocolOptions,
  inputs: readonly MetricInput[],
  size?: number,
): EvaluationProtocol[] {
  const { inception, vgg16, dinov2, clip, lpips, lpipsLinear } = options;
  const { protocol, metric, intervals } = options;
  const available = availableProtocols({
    inception,
    vgg16,
    dinov2,
    clip,
    ...(lpips !== undefined && { lpips: { weights: lpips, linear: lpipsLinear } }),
  });
  return chooseProtocols(available, {
    protocols: protocol,
    metrics: metric,
    intervals,
    inputs,
    size,
  });
}
