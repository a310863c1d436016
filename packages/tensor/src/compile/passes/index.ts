import type { Graph } from "../graph.js";
import { fuseBias } from "./bias.js";
import { removeDead } from "./dead.js";
import { fuseRelu } from "./relu.js";
import { fuseRmsNorm } from "./rms-norm.js";
import { simplify } from "./simplify.js";

/** Rewrites a graph into one that computes the same with less work. */
export type Pass = (graph: Graph) => Graph;

const passes: readonly Pass[] = [simplify, removeDead, fuseBias, fuseRelu, fuseRmsNorm];

/** @param more passes wanted by whoever compiles */
export const optimize = (graph: Graph, more: readonly Pass[] = []): Graph =>
  [...passes, ...more, removeDead].reduce((current, pass) => pass(current), graph);
