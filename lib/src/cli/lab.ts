/** `streambook lab`: JupyterLab with the course's kernel, on this machine only. In a container, see `STREAMBOOK_LAB`. */
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { parseAddress } from "../address/index.ts";
import { COURSE, findNotebooks, jupyterFolder, noSuchNotebook, notebooksFolder } from "../notebook/index.ts";
import { CORE, projectFolder, resolveServices, startGuardian, status, up, useStack } from "../stack/index.ts";
import { pythonEnvironment } from "../../../setup/machine/environment.mjs";
import { setting } from "../../../setup/settings.mjs";
import { prepareWork, workFolder } from "../../../setup/learner/work.mjs";
import { action, usage } from "./command.ts";
import { installedJupyter } from "./jupyter.ts";

/** Settings of JupyterLab as the course has them; a learner's own come before them. */
const SETTINGS = {
  // A kernel holds 300 to 600 MB; it goes with its page.
  "@jupyterlab/notebook-extension:tracker": { kernelShutdown: true },
  // Nothing is fetched from outside, and nobody is asked about it.
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/**
 * Where JupyterLab listens in a container: `address:port` in the variable `STREAMBOOK_LAB`. The port is published under the
 * same number on the machine outside, where the learner's browser is.
 */
const container = setting("STREAMBOOK_LAB");

interface LabOptions {
  readonly port?: string;
  readonly browser: boolean;
  readonly stack: boolean;
}

export function register(program: Command): void {
  program
    .command("lab [notebook]")
    .option("--port <port>", "where JupyterLab listens; the next free one if it is taken (default: 8888)")
    .option("--no-browser", "do not open a browser; the address is printed")
    .option("--no-stack", "do not start the services")
    .action(
      action(async (options: LabOptions, { signal, operands }) => {
        const notebook = await pathOf(operands[0] ?? "00");
        const jupyter = await installedJupyter(signal);
        if (await openRunning(jupyter, notebook, options)) return;
        await using _user = options.stack ? await useStack("streambook lab") : undefined;
        if (options.stack) await startStack(notebook, signal);
        process.exitCode = await serve(jupyter, notebook, options, signal);
      }),
    );
}

/** The path in the project, with `/`, of the learner's copy of a notebook; made if it is missing. */
async function pathOf(word: string): Promise<string> {
  const [file] = findNotebooks(word.replace(/^(?:\.\/)?work\//, ""));
  if (file === undefined) throw noSuchNotebook(word);
  await prepareWork();
  return relative(projectFolder(), join(workFolder(), relative(notebooksFolder(), file))).replaceAll("\\", "/");
}

/** What a JupyterLab writes down of itself while it runs. */
interface Server {
  readonly url: string;
  readonly token: string;
  readonly root_dir: string;
}

/** Opens the page in the JupyterLab of this project that runs already. @returns whether one does */
async function openRunning(jupyter: string, notebook: string, { browser }: LabOptions): Promise<boolean> {
  const server = await runningServer();
  if (server === undefined) return false;
  const address = `${server.url}lab/tree/${notebook}?token=${server.token}`;
  console.error(`JupyterLab runs already, in another terminal; open\n    ${address}`);
  if (!browser || container !== undefined) return true;
  const python = join(dirname(jupyter), process.platform === "win32" ? "python.exe" : "python");
  await new Promise((resolve) => {
    const child = spawn(python, ["-m", "webbrowser", "-t", address], { stdio: "ignore" });
    child.on("error", resolve);
    child.on("exit", resolve);
  });
  return true;
}

async function runningServer(): Promise<Server | undefined> {
  const folder = join(jupyterFolder(), "runtime");
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^jpserver-\d+\.json$/.test(name)) continue;
    const text = await readFile(join(folder, name), "utf8").catch(() => "{}");
    const server = JSON.parse(text) as Server;
    if (server.root_dir !== projectFolder()) continue;
    const answer = await fetch(`${server.url}api/status?token=${server.token}`, {
      signal: AbortSignal.timeout(5000),
    }).catch(() => undefined); // killed, and its file is left
    if (answer?.ok === true) return server;
  }
  return undefined;
}

/** Starts the core, and what the lesson needs beyond it. */
async function startStack(notebook: string, signal: AbortSignal): Promise<void> {
  const lesson = COURSE.find(({ name }) => basename(notebook, ".ipynb") === name);
  const wanted = [CORE, ...(lesson?.services ?? [])];
  const states = new Map((await status({ signal })).map(({ name, state }) => [name, state]));
  if (resolveServices(wanted).some((name) => states.get(name) !== "running"))
    console.error("starting the services (about half a minute) …");
  // Also when all run: what a run has started stays up now.
  await up({
    services: wanted,
    signal,
    onProgress: ({ kind, message }) => (kind === "stopping" ? undefined : console.error(`  ${message}`)),
  });
}

/**
 * Runs JupyterLab until it ends or the signal aborts; it makes its own token, and prints the address with it. Nothing of it is
 * read from, or written to, the user's own folders.
 */
async function serve(jupyter: string, notebook: string, options: LabOptions, signal: AbortSignal): Promise<number> {
  const home = jupyterFolder();
  const folder = (name: string): string => join(home, name);
  await mkdir(folder("runtime"), { recursive: true, mode: 0o700 });
  await mkdir(join(folder("config"), "labconfig"), { recursive: true });
  await writeFile(join(folder("config"), "labconfig", "default_setting_overrides.json"), JSON.stringify(SETTINGS));
  const args = [
    ...listening(options.port),
    `--ServerApp.root_dir=${projectFolder()}`,
    "--KernelSpecManager.allowed_kernelspecs=streambook", // not the Python kernel that comes with JupyterLab
    "--KernelSpecManager.ensure_native_kernel=False",
    "--MultiKernelManager.default_kernel_name=streambook",
    "--LabApp.news_url=None",
    "--Application.log_level=WARN", // at INFO it reports every extension; its address it prints at any level
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []), // containers run as root
    ...(options.browser && container === undefined ? [] : ["--no-browser"]),
    `--LabApp.default_url=/lab/tree/${notebook}`,
  ];
  console.error("JupyterLab starts; Ctrl-C here, then y, ends it");
  await using guardian = await startGuardian({ services: "none" });
  if (container !== undefined)
    console.error("open the address below that begins with http://127.0.0.1 in your browser");
  const child = spawn(jupyter, args, {
    cwd: projectFolder(),
    stdio: "inherit",
    env: {
      ...pythonEnvironment(process.env),
      JUPYTER_PATH: [home, process.env["JUPYTER_PATH"]]
        .filter((path) => path !== undefined && path !== "")
        .join(delimiter),
      JUPYTER_CONFIG_DIR: folder("config"),
      JUPYTER_DATA_DIR: folder("data"),
      JUPYTER_RUNTIME_DIR: folder("runtime"),
      JUPYTERLAB_SETTINGS_DIR: folder("settings"),
      JUPYTERLAB_WORKSPACES_DIR: folder("workspaces"),
      IPYTHONDIR: folder("ipython"),
    },
  });
  await guardian.watch(child.pid);
  // SIGTERM ends it without the question that Ctrl-C asks.
  signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(signal.aborted ? 0 : (code ?? 1)));
  });
  const code = await ended;
  if (code === 0 && setting("STREAMBOOK_STACK") !== "external")
    console.error("the services still run; `npx streambook down` ends them");
  return code;
}

function listening(port: string | undefined): string[] {
  if (container === undefined) return ["--ServerApp.ip=127.0.0.1", `--ServerApp.port=${port ?? 8888}`];
  const published = parseAddress(container);
  if (published?.host === undefined) usage(`STREAMBOOK_LAB is "${container}"; set it to address:port, as 0.0.0.0:8888`);
  return [
    `--ServerApp.ip=${published.host}`,
    `--ServerApp.port=${port ?? published.port}`,
    "--ServerApp.port_retries=0", // the next free one is not published
  ];
}
