import { writeCompiled } from "./compiled-suites.ts";
import { loadFiles } from "./load.ts";

// Run by the build, once `src` is compiled.
await writeCompiled(await loadFiles());
