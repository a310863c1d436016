/**
 * Evaluation protocols as named data: which network sees images prepared how, and which numbers follow.
 * Each stands for a tool whose numbers papers quote; numbers of different protocols are not comparable.
 */
import { type MetricInput, metrics } from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";

/** A way to measure that somebody's published numbers follow. */
export interface EvaluationProtocol {
  readonly name: string;
  /** For headings. */
  readonly title: string;
  /** Whose numbers these are, in a sentence. */
  readonly summary: string;
  /** The network behind the metrics; without one they need images only. */
  readonly extractor?: StrategyConfig;
  /** The network that compares pairs. */
  readonly perceptual?: StrategyConfig;
  readonly metrics: readonly StrategyConfig[];
  /** Measured where they are asked for by name. */
  readonly optional?: readonly StrategyConfig[];
}

/** Files of published weights; each opens the protocols that need it. */
export interface WeightFiles {
  /** pt_inception-2015-12-05-6726825d.pth */
  readonly inception?: string | undefined;
  /** dinov2_vitl14_pretrain.pth */
  readonly dinov2?: string | undefined;
  /** CLIP ViT-L/14-336's image side. */
  readonly clip?: string | undefined;
  /** torchvision's vgg16-397923af.pth, whole: precision and recall on its fc2. */
  readonly vgg16?: string | undefined;
  /** torchvision's vgg16-397923af.pth, and LPIPS's vgg.pth. */
  readonly lpips?: { readonly weights: string; readonly linear?: string | undefined } | undefined;
}

/** KID of the full sets: unbiased, so it stands beside every FID. */
const FULL_KID = { name: "kid", subsets: 0 };

/** FID extrapolated to infinitely many samples: fifteen distances instead of one. */
const EXTRAPOLATED = [{ name: "fid-infinity" }];

/** The smallest images that five scales fit. */
const MS_SSIM_LEAST = 161;

/** What needs no network. */
const pixels: EvaluationProtocol = {
  name: "pixels",
  title: "Pixels",
  summary: "8-bit RGB; SSIM as scikit-image with data_range 1 on [0, 1]",
  metrics: [{ name: "psnr" }, { name: "ssim" }, { name: "ms-ssim" }],
};

const llamagen: EvaluationProtocol = {
  name: "llamagen",
  title: "Pixels, LlamaGen's range",
  summary:
    "SSIM with data_range 2 on [0, 1], as LlamaGen's and FQGAN's tables: higher than it should be",
  metrics: [{ name: "ssim", dataRange: 2 }],
};

const codes: EvaluationProtocol = {
  name: "codes",
  title: "Codes",
  summary: "Usage over the whole set; bits as an ideal coder of each codebook's frequencies",
  metrics: [
    { name: "codebook-usage" },
    { name: "codebook-usage-window" },
    { name: "bits-per-image" },
  ],
};

const builtin: EvaluationProtocol = {
  name: "builtin",
  title: "Built-in judge",
  summary:
    "A small network trained on emoji, always there; not comparable with any paper's numbers",
  extractor: { name: "builtin" },
  metrics: [
    { name: "fid" },
    FULL_KID,
    { name: "inception-score" },
    { name: "precision-recall" },
    { name: "density-coverage" },
  ],
  optional: EXTRAPOLATED,
};

function inceptionProtocols(weights: string): EvaluationProtocol[] {
  const inception = (preprocessing: string) => ({ name: "inception", weights, preprocessing });
  return [
    {
      name: "adm",
      title: "ADM evaluator",
      summary:
        "FID, sFID, IS, precision and recall of guided-diffusion's evaluator: LlamaGen, FQGAN, VAR",
      extractor: inception("tf1"),
      metrics: [
        { name: "fid", mean: "float32" },
        { name: "sfid", mean: "float32" },
        FULL_KID,
        { name: "inception-score", chunks: "adm" },
        { name: "precision-recall", k: 3, ball: "closed" },
      ],
      optional: EXTRAPOLATED,
    },
    {
      name: "torch-fidelity",
      title: "torch-fidelity",
      summary:
        "FID, KID and IS of torch-fidelity; its precision and recall are `improved-precision-recall`",
      extractor: inception("tf1"),
      metrics: [{ name: "fid", mean: "float32" }, { name: "kid" }, { name: "inception-score" }],
    },
    {
      name: "pytorch-fid",
      title: "pytorch-fid",
      summary: "FID with torch's bilinear resize, on 8-bit images",
      extractor: inception("torch"),
      metrics: [{ name: "fid" }, FULL_KID],
    },
    {
      name: "clean-fid",
      title: "clean-fid",
      summary: "FID with Pillow's antialiased resize (mode clean)",
      extractor: inception("clean"),
      metrics: [{ name: "fid", mean: "float32" }, FULL_KID],
    },
  ];
}

/** Every protocol that these files allow, in the order of a report. */
export function availableProtocols(files: WeightFiles): EvaluationProtocol[] {
  const { inception, vgg16, dinov2, clip, lpips } = files;
  return [
    pixels,
    llamagen,
    ...(lpips
      ? [
          {
            name: "lpips",
            title: "LPIPS",
            summary: "LPIPS 0.1 on VGG-16, images in [-1, 1]",
            perceptual: {
              name: "lpips",
              weights: lpips.weights,
              ...(lpips.linear !== undefined && { linear: lpips.linear }),
            },
            metrics: [{ name: "lpips" }],
          },
        ]
      : []),
    ...(inception === undefined ? [builtin] : inceptionProtocols(inception)),
    ...(vgg16 === undefined
      ? []
      : [
          {
            name: "improved-precision-recall",
            title: "Improved precision and recall",
            summary: "Of torch-fidelity ≥ 0.4: on VGG-16's fc2, k = 3",
            extractor: { name: "vgg16", weights: vgg16 },
            metrics: [{ name: "precision-recall", k: 3, ball: "closed" }],
          },
        ]),
    ...(dinov2 === undefined
      ? []
      : [
          {
            name: "fd-dinov2",
            title: "FD-DINOv2",
            summary: "Fréchet distance and density/coverage of DINOv2 features, as dgm-eval",
            extractor: { name: "dinov2", weights: dinov2 },
            metrics: [{ name: "fid" }, FULL_KID, { name: "density-coverage" }],
            optional: EXTRAPOLATED,
          },
        ]),
    ...(clip === undefined
      ? []
      : [
          {
            name: "cmmd",
            title: "CMMD",
            summary: "Gaussian-kernel distance of CLIP embeddings, in float64",
            extractor: { name: "clip", weights: clip },
            metrics: [{ name: "cmmd" }],
          },
        ]),
    codes,
  ];
}

/** The asked-for part of the protocols: by protocol's name, by metric's name, with intervals. */
export function chooseProtocols(
  protocols: readonly EvaluationProtocol[],
  wanted: {
    readonly protocols?: readonly string[] | undefined;
    readonly metrics?: readonly string[] | undefined;
    readonly intervals?: boolean | undefined;
    /** What the pass can offer: without pairs no PSNR, without a tokenizer no codes. */
    readonly inputs?: readonly MetricInput[] | undefined;
    /** Side of the images where it is known: below 161 there is no MS-SSIM of five scales. */
    readonly size?: number | undefined;
  },
): EvaluationProtocol[] {
  const { inputs, size = Number.POSITIVE_INFINITY } = wanted;
  const possible = protocols.map(({ optional = [], ...protocol }) => ({
    ...protocol,
    metrics: [...protocol.metrics, ...(wanted.metrics ? optional : [])].filter(
      ({ name }) =>
        (!inputs || metrics.get(name).needs.every((input) => inputs.includes(input))) &&
        (name !== "ms-ssim" || size >= MS_SSIM_LEAST),
    ),
  }));
  const known = possible.filter((protocol) => protocol.metrics.length > 0).map(({ name }) => name);
  for (const name of wanted.protocols ?? [])
    if (!known.includes(name))
      throw new UserError(
        `--protocol ${name}: expected one of ${known.join(", ")}; others need their weights (--inception, ` +
          "--dinov2, --clip, --lpips)",
      );
  const knownMetrics = new Set(
    possible.flatMap((protocol) => protocol.metrics.map(({ name }) => name)),
  );
  for (const name of wanted.metrics ?? [])
    if (!knownMetrics.has(name))
      throw new UserError(
        `--metric ${name}: expected one of ${[...knownMetrics].join(", ")} in these protocols`,
      );
  return possible
    .filter(({ name }) => wanted.protocols?.includes(name) ?? true)
    .map((protocol) => ({
      ...protocol,
      metrics: protocol.metrics
        .filter(({ name }) => wanted.metrics?.includes(name) ?? true)
        .map((config) => (wanted.intervals ? { ...config, ...INTERVALS[config.name] } : config)),
    }))
    .filter((protocol) => protocol.metrics.length > 0);
}

/** The options that give a metric its interval, where it costs something. */
const INTERVALS: Readonly<Record<string, object>> = {
  fid: { folds: 10 },
  sfid: { folds: 10 },
  "precision-recall": { halves: 20 },
  "density-coverage": { halves: 20 },
};
