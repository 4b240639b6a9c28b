// `npm run notebooks -- NAMES OPTIONS`: set-up (the library must be built, the kernel written), then `streambook notebooks`.
import { runStreambook } from "../lib/bin/find-node.mjs";
import { main, setUp } from "./setup.mjs";

const ready = await main(async (signal) => void (await setUp({ signal })));
if (ready) process.exitCode = await runStreambook(["notebooks", ...process.argv.slice(2)]);
