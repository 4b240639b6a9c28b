#!/usr/bin/env node
// The command `streambook`: starts the TypeScript sources under the project's own Node 24, whatever Node runs this file.
import { runStreambook } from "./find-node.mjs";

process.exitCode = await runStreambook(process.argv.slice(2));
