import { library } from "../../tsup.base.js";

/** `#platform` stays an import: package.json says which of the two files it is, in Node and in browsers. */
export default library({
  entry: ["src/index.ts", "src/platforms/node.ts", "src/platforms/browser.ts"],
  external: ["#platform"],
});
