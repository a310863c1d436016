import { library } from "../../tsup.base.js";

// `vite build` writes dist/web beside this, so only our own files are cleaned.
export default library({
  entry: ["server/index.ts"],
  clean: ["dist/*.js", "dist/*.d.ts"],
  // Only a checkout builds the pages when they are asked for.
  external: ["vite"],
});
