/** The project: its folder, its home, modules beside one another, and the bridge to its set-up. */
export { makeFolder } from "../../../setup/owned.mjs";
export { homeFolder, makeOutputFolder, projectFile, projectFolder, writingInto } from "./folders.ts";
export { siblingModule } from "./sibling.ts";
export { setupModule, type Board, type Holder, type Java, type Requirement } from "./bridge.ts";
