import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: `${import.meta.dirname}/web`,
  plugins: [react()],
  // Other packages' browser entries, from their sources.
  resolve: { conditions: ["@fqgan/source", ...defaultClientConditions] },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    // One classic script: an exported dashboard is opened as a file, where browsers refuse modules.
    rollupOptions: { output: { format: "iife" } },
  },
});
