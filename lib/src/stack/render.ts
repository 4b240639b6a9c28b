/** Fills the templates of `conf/` with hosts, ports and folders. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../errors/index.ts";
import { type Layout, projectFile } from "./layout.ts";
import { SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";
import { type Ports, writeAtomically } from "./state.ts";

/** What the templates are filled with. */
export interface Settings {
  /** The address that services listen on: loopback, or all addresses of a container. */
  readonly bind: string;
  /** The host name under which each service is called. */
  readonly hosts: Readonly<Record<ServiceName, string>>;
  readonly ports: Ports;
  /** The port of this machine that leads to Kafka's door for those outside. @default that door's own */
  readonly published?: number;
  /** The user that HDFS and Hive know. */
  readonly user: string;
  readonly layout: Layout;
}

/** Writes `conf/` of the home from `conf/` of the project. */
export async function renderConfiguration(settings: Settings): Promise<void> {
  const values = templateValues(settings).set("streaming", await streamingJar(settings.layout));
  for (const folder of ["kafka", "hadoop", "hive"]) {
    for (const name of await readdir(projectFile("conf", folder))) {
      const text = await readFile(projectFile("conf", folder, name), "utf8");
      await writeAtomically(
        join(settings.layout.conf, folder, name),
        render(text, values, { xml: name.endsWith(".xml") }),
      );
    }
  }
  // hadoop-hdfs.jar has no web applications, but its web server demands their folders on the class path
  for (const name of ["hdfs", "datanode", "static"]) {
    await mkdir(join(settings.layout.conf, "hadoop", "webapps", name), { recursive: true });
  }
}

async function streamingJar(layout: Layout): Promise<string> {
  const jars = await readdir(join(layout.jars, "hadoop")).catch(() => []);
  return join(
    layout.jars,
    "hadoop",
    jars.find((name) => name.startsWith("hadoop-streaming-")) ?? "hadoop-streaming.jar",
  );
}

/** The values by placeholder: `namenode.rpc` → `8020`. */
export function templateValues({ bind, hosts, ports, published, user, layout }: Settings): Map<string, string> {
  const values = new Map<string, string>([
    ["bind", bind],
    ["user", user],
    ["data", layout.data],
    ["conf", layout.conf],
    ["jars", layout.jars],
    ["arguments", join(layout.conf, "arguments")],
    ["kafka.published", String(published ?? ports.kafka["outside"])],
  ]);
  for (const name of SERVICE_NAMES) {
    values.set(`${name}.host`, hosts[name]);
    for (const purpose of Object.keys(SERVICES[name].ports))
      values.set(`${name}.${purpose}`, String(ports[name][purpose]));
  }
  return values;
}

/**
 * Replaces every `{{name}}` of a template.
 *
 * @throws INTERNAL for a name that has no value
 */
export function render(template: string, values: ReadonlyMap<string, string>, { xml = false } = {}): string {
  return template.replace(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined)
      throw new StreambookError("INTERNAL", `a template in conf/ asks for {{${name}}}, which nothing fills`);
    return xml ? value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") : value;
  });
}

/** The same host for every service. */
export function everyHost(host: string): Record<ServiceName, string> {
  return Object.fromEntries(SERVICE_NAMES.map((name) => [name, host])) as Record<ServiceName, string>;
}
