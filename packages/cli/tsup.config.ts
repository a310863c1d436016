import { library } from "../../tsup.base.js";

/** `main` is what bin/fqgan.js starts; commands stay in chunks of their own, loaded when they run. */
export default library({ entry: ["src/index.ts", "src/main.ts"], splitting: true });
