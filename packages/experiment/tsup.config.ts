import { library } from "../../tsup.base.js";

/** `schema` is the part that browsers may import. */
export default library({ entry: ["src/index.ts", "src/schema/index.ts"] });
