/** What pages may import: no Node, no networks. */
export { createTsne, TSNE_ITERATIONS, type Tsne } from "./statistics/tsne.js";
