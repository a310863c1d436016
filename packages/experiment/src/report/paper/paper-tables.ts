/**
 * The numbers of FQGAN's own tables (arXiv 2411.16681), ImageNet 256×256, to stand beside ours. They were
 * measured on other data with other extractors: they show what the paper claims, not what we should get.
 */
import { nearest, UserError } from "@fqgan/registry";

/** A table of the paper as data. */
export interface PaperTable {
  readonly name: string;
  readonly title: string;
  /** The metrics of a sweep's columns that the paper has numbers for, in the paper's order. */
  readonly metrics: readonly string[];
  /** Row → numbers aligned with the metrics; null where the paper has none. */
  readonly rows: Readonly<Record<string, readonly (number | null)[]>>;
  /** Where the paper and its sources differ, and what its captions say. */
  readonly notes: readonly string[];
}

const RFID = "tokenizer/test/fid";
const RIS = "tokenizer/test/inceptionScore";
const PSNR = "tokenizer/test/psnr";
const USAGE = "tokenizer/test/usage";
const GFID = "generator/samples/fid";
const GIS = "generator/samples/inceptionScore";
const PRECISION = "generator/samples/precision";
const RECALL = "generator/samples/recall";
const BITS = "tokenizer/bitsPerImage";

/** Bits of an image of 16×16 or 32×32 positions, which "codebook size" hides. */
const bits = (side: number, ...sizes: number[]) =>
  side * side * sizes.reduce((sum, size) => sum + Math.log2(size), 0);

const TABLE_1: PaperTable = {
  name: "table-1",
  title: "Tokenizers",
  metrics: [RFID, PSNR, BITS],
  rows: {
    "VQGAN 16×": [4.98, null, bits(16, 16384)],
    "SD-VQGAN 16×": [5.15, null, bits(16, 16384)],
    "RQ-VAE": [3.2, null, bits(8, 16384, 16384, 16384, 16384)],
    "LlamaGen 16×": [2.19, 20.79, bits(16, 16384)],
    "TiTok-B": [1.7, null, null],
    "VQGAN-LC": [2.62, 23.8, bits(16, 100000)],
    "VQ-KD": [3.41, null, bits(16, 8192)],
    "VILA-U": [1.8, null, null],
    "Open-MAGVIT2 16×": [1.17, 21.9, bits(16, 262144)],
    "FQGAN-Dual 16×": [0.94, 22.02, bits(16, 16384, 16384)],
    "FQGAN-Triple 16×": [0.76, 22.73, bits(16, 16384, 16384, 16384)],
    "SD-VAE †": [0.74, 25.68, null],
    "SDXL-VAE †": [0.68, 26.04, null],
    "ViT-VQGAN": [1.28, null, bits(32, 8192)],
    "VQGAN 8× *": [1.19, 23.38, bits(32, 16384)],
    "SD-VQGAN 8× *": [1.14, null, bits(32, 16384)],
    OmniTokenizer: [1.11, null, bits(32, 8192)],
    "LlamaGen 8×": [0.59, 25.45, bits(32, 16384)],
    "Open-MAGVIT2 8×": [0.34, 26.19, bits(32, 262144)],
    "FQGAN-Dual 8×": [0.32, 26.27, bits(32, 16384, 16384)],
    "FQGAN-Triple 8×": [0.24, 27.58, bits(32, 16384, 16384, 16384)],
  },
  notes: [
    "* trained on OpenImages, † on unknown data, the rest on ImageNet",
    "bits are ours, from grid and codebooks; the paper prints codebook sizes",
    "SD-VQGAN 16×: the paper says dimension 4, the LDM zoo 8; RQ-VAE: 8×8 positions of depth 4; " +
      "Open-MAGVIT2's dimension 1 means 18 binary ones; VQ-KD needs a pixel decoder trained apart",
  ],
};

const TABLE_2: PaperTable = {
  name: "table-2",
  title: "Class-conditional generation",
  metrics: [GFID, GIS, PRECISION, RECALL],
  rows: {
    ADM: [10.94, 101.0, 0.69, 0.63],
    CDM: [4.88, 158.7, null, null],
    "LDM-4": [3.6, 247.7, null, null],
    "DiT-XL/2": [2.27, 278.2, 0.83, 0.57],
    "Open-MAGVIT2-B": [3.08, 258.26, 0.85, 0.51],
    "Open-MAGVIT2-L": [2.51, 271.7, 0.84, 0.54],
    "VQGAN 227M": [18.65, 80.4, 0.78, 0.26],
    "VQGAN 1.4B": [15.78, 74.3, null, null],
    "VQGAN-re": [5.2, 280.3, null, null],
    "ViT-VQGAN": [4.17, 175.1, null, null],
    "ViT-VQGAN-re": [3.04, 227.4, null, null],
    "RQTran.": [7.55, 134.0, null, null],
    "RQTran.-re": [3.8, 323.7, null, null],
    "LlamaGen-L": [3.8, 248.28, 0.83, 0.51],
    "LlamaGen-XL": [3.39, 227.08, 0.81, 0.54],
    "FAR-Base": [3.38, 248.26, 0.81, 0.54],
    "FAR-Large": [3.08, 272.52, 0.82, 0.54],
  },
  notes: [
    "ADM's evaluation; -re: rejection sampling; FAR with guidance scale 2.0",
    "the diffusion models (ADM, CDM, LDM-4, DiT-XL/2) are the paper's numbers only",
  ],
};

const TABLE_3: PaperTable = {
  name: "table-3",
  title: "Ablation of the tokenizer",
  metrics: [RFID, RIS, PSNR, USAGE],
  rows: {
    "VQGAN 16384": [3.71, 50.05, 20.56, 0.98],
    "VQGAN 32768": [3.6, 50.6, 20.56, 0.84],
    "FQGAN 16384 × 2": [2.0, 54.72, 22.21, 0.97],
    "FQGAN + disentanglement": [1.84, 55.04, 22.04, 0.98],
    "FQGAN + representation": [1.73, 55.0, 21.61, 0.98],
    "FQGAN + both": [1.66, 55.21, 21.62, 0.98],
  },
  notes: [
    "which row has which check mark is lost in the text at hand: this is the order its captions and numbers imply",
    "the IS of 50 to 55 is probably that of chunks sorted by class: compare it with no other IS",
  ],
};

const TABLE_4: PaperTable = {
  name: "table-4",
  title: "Heads of the generator",
  metrics: [GFID],
  rows: {
    "linear, top-k 4096": [5.19],
    "linear, top-k 8192": [6.9],
    "MLP, top-k 4096": [5.59],
    "MLP, top-k 8192": [8.88],
    "factorized, top-k 4096": [4.37],
    "factorized, top-k 8192": [3.74],
  },
  notes: ["FAR-Large, guidance scale 1.75"],
};

/**
 * Figure 1 as far as the paper prints it: rFID by the number of code vectors, at 16×. The figure's own points
 * stand nowhere in numbers; these are Table 1's.
 */
export const PAPER_FIGURE_1: readonly {
  readonly family: string;
  readonly size: number;
  readonly rfid: number;
}[] = [
  ["VQ (VQGAN)", 16_384, "VQGAN 16×"],
  ["VQ (LlamaGen)", 16_384, "LlamaGen 16×"],
  ["VQ-LC", 100_000, "VQGAN-LC"],
  ["LFQ (MAGVIT2)", 262_144, "Open-MAGVIT2 16×"],
  ["FQGAN", 2 * 16_384, "FQGAN-Dual 16×"],
  ["FQGAN", 3 * 16_384, "FQGAN-Triple 16×"],
].map(([family, size, row]) => ({
  family: family as string,
  size: size as number,
  rfid: TABLE_1.rows[row as string]![0]!,
}));

const TABLES: Readonly<Record<string, PaperTable>> = Object.fromEntries(
  [TABLE_1, TABLE_2, TABLE_3, TABLE_4].map((table) => [table.name, table]),
);

/** The tables that are here. */
export const paperTableNames = (): string[] => Object.keys(TABLES);

/**
 * A table of the paper by name; unknown names are a UserError.
 * @param where names the source in errors
 */
export function paperTable(name: string, where: string): PaperTable {
  const table = TABLES[name];
  if (!table) {
    const near = nearest(name, paperTableNames());
    throw new UserError(
      `${where}: the paper has no "${name}"; ${near ? `did you mean "${near}"? ` : ""}` +
        `known: ${paperTableNames().join(", ")}`,
    );
  }
  return table;
}
