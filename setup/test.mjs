// `npm test -- --all WORD…`: set-up, then the tests (or those with a WORD in their path) under the project's Node.
import { join } from "node:path";
import { runProgram } from "../lib/bin/find-node.mjs";
import { PROJECT } from "./paths.mjs";
import { main, setUp } from "./setup.mjs";

const ready = await main(async (signal) => void (await setUp({ signal })));
if (ready) process.exitCode = await runProgram(join(PROJECT, "test", "run.ts"), process.argv.slice(2));
