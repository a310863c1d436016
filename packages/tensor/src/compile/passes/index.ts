import type { Graph } from "../graph.js";

/** Rewrites a graph into one that computes the same with less work. */
export type Pass = (graph: Graph) => Graph;

const passes: readonly Pass[] = [];

export const optimize = (graph: Graph): Graph => passes.reduce((g, pass) => pass(g), graph);
