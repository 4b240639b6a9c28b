#!/usr/bin/env node
// The command `streambook`: starts the TypeScript sources under the project's own Node 24, whatever Node runs this file.
import { callersFolder, runStreambook } from "./find-node.mjs";

process.chdir(callersFolder());
process.exitCode = await runStreambook(process.argv.slice(2));
