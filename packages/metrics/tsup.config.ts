import { library } from "../../tsup.base.js";

/** `browser` is the part that pages may import. */
export default library({ entry: ["src/index.ts", "src/browser.ts"] });
