// `npm test`: sets up what is missing, then runs all tests under the project's Node.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";
import { findNode } from "../lib/bin/find-node.mjs";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
await setUp();
const { status, signal } = spawnSync(
  findNode() ?? process.execPath,
  ["--disable-warning=TimeoutNegativeWarning", join(project, "test", "run.ts"), ...process.argv.slice(2)],
  { stdio: "inherit", cwd: project },
);
process.exitCode = status ?? (signal === null ? 1 : 130);
