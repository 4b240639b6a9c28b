/** For tests of conf/monitoring: what its files ask for, and a Prometheus that reads them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, globSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { until } from "../async/index.ts";
import { projectFile } from "../project/index.ts";
import { WATCH_PORT } from "./index.ts";

/** The folder of the configuration. */
export const MONITORING = projectFile("conf", "monitoring");

/** A program of the path. */
function find(name: string): string | undefined {
  const files = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** For tests that need Prometheus: skipped without it, except by continuous integration, which installs it. */
export const needsPrometheus = (): { readonly skip: string | false } => ({
  skip:
    process.env["CI"] === "true" || (find("prometheus") !== undefined && find("promtool") !== undefined)
      ? false
      : "no Prometheus; Debian, Ubuntu: sudo apt-get install -y prometheus",
});

/** Runs promtool. @throws with what it says when it finds something wrong */
export async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(find("promtool") ?? "promtool", [...args]);
  return stdout;
}

/** A rule of Prometheus. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

/** All rules. */
export function rules(): Rule[] {
  return ["recording", "alerts"].flatMap((name) => {
    const text = readFileSync(join(MONITORING, "rules", `${name}.yml`), "utf8");
    return (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
  });
}

/** A query of a dashboard. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  /** As Grafana sends it when everything is chosen. */
  readonly expr: string;
}

/** All queries of the dashboards. */
export function panelQueries(): PanelQuery[] {
  return globSync("grafana/dashboards/*.json", { cwd: MONITORING }).flatMap((file) => {
    const { title: dashboard, panels } = JSON.parse(readFileSync(join(MONITORING, file), "utf8")) as {
      title: string;
      panels: { title: string; targets: { expr: string }[] }[];
    };
    return panels.flatMap(({ title: panel, targets }) =>
      targets.map(({ expr }) => ({ dashboard, panel, expr: expr.replaceAll(/\$\w+/g, ".*") })),
    );
  });
}

/** A Prometheus that runs. */
export interface RunningPrometheus extends AsyncDisposable {
  /** What its API answers: `api("query", { query: "up" })`. */
  api<T>(path: string, parameters?: Readonly<Record<string, string>>): Promise<T>;
}

/**
 * Starts Prometheus on the project's configuration; only the watch's address is another, and it looks once a second.
 *
 * @param watch `http://127.0.0.1:port`
 */
export async function startPrometheus(watch: string): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), "streambook-prometheus-"));
  const conf = join(folder, "conf");
  await cp(MONITORING, conf, { recursive: true });
  const file = join(conf, "prometheus.yml");
  const text = await readFile(file, "utf8");
  const own = text.replaceAll("interval: 5s", "interval: 1s").replace(`127.0.0.1:${WATCH_PORT}`, new URL(watch).host);
  await writeFile(file, own);
  const port = await freePort();
  const child = spawn(
    find("prometheus") ?? "prometheus",
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const said = collect(child);
  const url = `http://127.0.0.1:${port}`;
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, "exit");
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until("Prometheus to be ready", async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said()}`);
      return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok;
    });
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async api<T>(path: string, parameters: Readonly<Record<string, string>> = {}) {
      const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
      const answer = (await response.json()) as { status: string; data: T; error?: string };
      if (answer.status !== "success") throw new Error(`Prometheus: ${answer.error} (${JSON.stringify(parameters)})`);
      return answer.data;
    },
    [Symbol.asyncDispose]: end,
  };
}

function collect(child: ChildProcess): () => string {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  return () => said;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
