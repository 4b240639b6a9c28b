/**
 * The tests in VS Code: `npm run test:vscode [-- --install]`. `--install` puts code-server, which is VS Code in a browser, into the cache
 * of the user, where it serves every clone. What else can be set is in CONTRIBUTING.md.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { onEndSignal } from "../../lib/bin/signals.mjs";
import { projectFolder } from "../../lib/src/stack/index.ts";
import { npmEnvironment } from "../../setup/machine/environment.mjs";
import { npmCommand } from "../../setup/machine/requirements.mjs";
import { CODE_SERVER, codeServerFolder, COMPILER } from "../fixtures/vscode.ts";

const { values } = parseArgs({ options: { install: { type: "boolean", default: false } } });
if (values.install && !(await install())) process.exit(1);
const flags = ["--disable-warning=TimeoutNegativeWarning", "--test-reporter=spec"];
const test = spawn(process.execPath, [...flags, join("test", "vscode.test.ts")], {
  cwd: projectFolder(),
  stdio: "inherit",
});
onEndSignal(() => void test.kill("SIGTERM"));
const [code] = (await once(test, "exit")) as [number | null];
process.exit(code ?? 1);

/** Installs code-server whole, or not at all. */
async function install(): Promise<boolean> {
  const folder = codeServerFolder();
  if (existsSync(folder)) return true;
  const [program, ...npm] = npmCommand() ?? [];
  if (program === undefined) {
    console.error("there is no `npm` on PATH");
    return false;
  }
  console.log(`installing code-server ${CODE_SERVER.version} (${CODE_SERVER.megabytes} MB) in ${folder}; some minutes`);
  const fresh = `${folder}.${process.pid}.tmp`;
  await mkdir(fresh, { recursive: true });
  // Its native parts are compiled for the Node that runs this, whose headers lie beside it.
  const node = dirname(process.execPath);
  const env = {
    ...npmEnvironment(),
    PATH: [node, process.env["PATH"]].join(delimiter),
    ...(existsSync(join(node, "..", "include", "node")) && { npm_config_nodedir: dirname(node) }),
  };
  const args = [...npm, "install", "--prefix", fresh, "--no-save", "--no-audit", "--no-fund"];
  const child = spawn(program, [...args, `code-server@${CODE_SERVER.version}`], { cwd: fresh, env, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) await rename(fresh, folder);
  else {
    await rm(fresh, { recursive: true, force: true });
    console.error(`code-server could not be installed (its output is above). It needs ${COMPILER}, and Node 24;
Debian and Ubuntu: sudo apt-get install -y build-essential python3 libkrb5-dev`);
  }
  return code === 0;
}
