// `npm run lab -- NOTEBOOK`: set-up, then `streambook lab NOTEBOOK`, which installs JupyterLab if it is missing.
import { runStreambook } from "../lib/bin/find-node.mjs";
import { main, setUp } from "./setup.mjs";

const ready = await main(async (signal) => void (await setUp({ signal })));
if (ready) process.exitCode = await runStreambook(["lab", ...process.argv.slice(2)]);
