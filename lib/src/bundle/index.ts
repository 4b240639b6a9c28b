/** A TypeScript module made ready to run elsewhere: bundled into one file, and fed with lines by an engine. */
export { bundleModule, modulePath, type Bundle, type BundleOptions } from "./bundle.ts";
export { moduleText, writeModule, type Definition, type WrittenModule } from "./function-text.ts";
export { linesOf } from "./lines.ts";
export { StandardInput, writeAll } from "./standard-streams.ts";
export { taskNode } from "./task-node.ts";
