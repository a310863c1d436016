/** Who may import whom; the reasons are in CONTRIBUTING.md. */
const { readdirSync } = require("node:fs");
const { join } = require("node:path");

const allowed = {
  registry: [],
  tensor: ["registry"],
  image: ["registry"],
  tracking: ["registry"],
  onnx: ["registry", "tensor", "tokenizer", "ar-generator"],
  features: ["registry", "tensor", "image"],
  data: ["registry", "tensor", "image"],
  quantizer: ["registry", "tensor"],
  tokenizer: ["registry", "tensor", "quantizer", "features"],
  "ar-generator": ["registry", "tensor", "quantizer"],
  metrics: ["registry", "tensor", "image", "features"],
  experiment: [
    "registry",
    "tensor",
    "image",
    "features",
    "data",
    "quantizer",
    "tokenizer",
    "ar-generator",
    "metrics",
    "tracking",
  ],
};
const everything = [...Object.keys(allowed), "experiment"];
allowed.cli = everything;

/** The sources of what a package exports: the entries that others may import. */
const entriesOf = (folder) =>
  Object.values(require(`./${folder}/package.json`).exports).map(
    (entry) => `^${folder}/${entry["@fqgan/source"].slice(2).replaceAll(".", "\\.")}$`,
  );
const packages = readdirSync(join(__dirname, "packages")).map((name) => `packages/${name}`);

const own = (name) => `^packages/${name}/src/`;
const isTest = "\\.test\\.tsx?$";

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: { pathNot: "^node_modules" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    ...Object.entries(allowed).map(([name, may]) => ({
      name: `${name}-imports-only-what-it-may`,
      severity: "error",
      from: { path: own(name), pathNot: isTest },
      to: {
        path: "^(packages|apps)/",
        pathNot: [
          own(name),
          ...may.flatMap((other) => entriesOf(`packages/${other}`)),
          ...(name === "cli" ? entriesOf("apps/dashboard") : []),
        ],
      },
    })),
    {
      name: "public-entry-points-only",
      comment: "Import another package by its name, never one of its files.",
      severity: "error",
      from: { path: "^(packages/([^/]+)|apps)/", pathNot: isTest },
      to: {
        path: "^packages/([^/]+)/src/",
        pathNot: ["^packages/$2/", ...packages.flatMap(entriesOf)],
      },
    },
    {
      name: "free-of-tensors",
      comment:
        "Pages draw codes and run exported models without TensorFlow.js or anything of Node.",
      severity: "error",
      from: {
        path: "^packages/(ar-generator/src/sampling|onnx/src)/",
        pathNot: ["^packages/onnx/src/(export/|testing/|readme\\.example)", isTest],
      },
      to: {
        path: "^packages/",
        pathNot: [
          "^packages/(ar-generator/src/sampling|onnx/src)/",
          "^packages/registry/src/index\\.ts$",
          "^packages/tensor/src/random\\.ts$",
        ],
      },
    },
    {
      name: "one-tensorflow",
      comment: "TensorFlow.js is reached through @fqgan/tensor only.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: "^packages/tensor/" },
      to: { path: "@tensorflow/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules/.cache)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@fqgan/source", "import", "types", "default"],
      extensions: [".ts", ".tsx", ".js"],
    },
  },
};
