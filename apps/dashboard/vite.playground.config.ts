import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/** Some static hosts don't know what .mjs is. */
const output = {
  assetFileNames: ({ names }: { readonly names: readonly string[] }) =>
    names[0]?.endsWith(".mjs") ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]",
};

/** The playground: a document of its own, with ONNX Runtime's WebAssembly beside it. */
export default defineConfig({
  root: `${import.meta.dirname}/web/playground`,
  // Any folder of any host will do.
  base: "./",
  plugins: [react()],
  resolve: {
    // ONNX Runtime's glue code stays a file of its own, from which it starts its threads.
    conditions: ["onnxruntime-web-use-extern-wasm", "@fqgan/source", ...defaultClientConditions],
  },
  worker: { format: "es", rollupOptions: { output } },
  build: {
    outDir: "../../dist/web-playground",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    // Samples are fetched, which the content security policy forbids for data: addresses.
    assetsInlineLimit: 0,
    // What it warns of is WebAssembly's glue code.
    chunkSizeWarningLimit: 1000,
    rollupOptions: { output },
  },
});
