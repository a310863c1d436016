import type { Graph } from "../graph.js";
import { fuseBias } from "./bias.js";
import { removeDead } from "./dead.js";
import { simplify } from "./simplify.js";

/** Rewrites a graph into one that computes the same with less work. */
export type Pass = (graph: Graph) => Graph;

const passes: readonly Pass[] = [simplify, removeDead, fuseBias];

export const optimize: Pass = (graph) => passes.reduce((current, pass) => pass(current), graph);
