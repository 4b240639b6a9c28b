// `npm start -- OPTIONS`: set-up, then `streambook run OPTIONS`.
import { runStreambook } from "../lib/bin/find-node.mjs";
import { main, setUp } from "./setup.mjs";

const ready = await main(async (signal) => void (await setUp({ signal })));
if (ready) process.exitCode = await runStreambook(["run", ...process.argv.slice(2)]);
