/** Where the services are: from the state file of the embedded stack, or from the environment for an external one. */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { reachDirectly } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";

/** The addresses of the services that a program of the course talks to. */
export interface Addresses {
  /** Kafka broker, `host:port`. */
  readonly kafka: string;
  /** NameNode over HTTP (WebHDFS and its web page), `http://host:port`. */
  readonly webhdfs: string;
  /** NameNode over RPC, `hdfs://host:port`. */
  readonly hdfs: string;
  /** ResourceManager's web page and REST API, `http://host:port`. */
  readonly resourceManager: string;
  /** JobHistoryServer's web page, `http://host:port`. */
  readonly jobHistory: string;
  /** HiveServer2, Thrift over TCP, `host:port`. */
  readonly hive: string;
}

const VARIABLES = {
  kafka: "STREAMBOOK_KAFKA",
  webhdfs: "STREAMBOOK_WEBHDFS",
  hdfs: "STREAMBOOK_HDFS",
  resourceManager: "STREAMBOOK_RESOURCE_MANAGER",
  jobHistory: "STREAMBOOK_JOB_HISTORY",
  hive: "STREAMBOOK_HIVE",
} as const satisfies Record<keyof Addresses, string>;

/** The folder of the project: the one that holds `lib/`. */
export function projectFolder(): string {
  return resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
}

/** The folder of everything the stack keeps: `STREAMBOOK_HOME`, or `.streambook` in the project. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment["STREAMBOOK_HOME"] ?? join(projectFolder(), ".streambook"));
}

/**
 * The addresses of the running stack.
 *
 * With `STREAMBOOK_STACK=external` they come from the environment (`STREAMBOOK_KAFKA`, `STREAMBOOK_WEBHDFS`, …); otherwise
 * from `state.json` in the {@link homeFolder}, written by `streambook up`.
 *
 * @throws STACK_DOWN when the stack is not running; USAGE when an external address is missing
 */
export async function addresses(environment: NodeJS.ProcessEnv = process.env): Promise<Addresses> {
  if (environment["STREAMBOOK_STACK"] === "external") return externalAddresses(environment);
  const file = join(homeFolder(environment), "state.json");
  try {
    return (JSON.parse(await readFile(file, "utf8")) as { addresses: Addresses }).addresses;
  } catch (cause) {
    throw new StreambookError(
      "STACK_DOWN",
      `the stack is not running (no ${file}); start it with \`npx streambook up\``,
      { cause },
    );
  }
}

/**
 * The host of a service of which only the port was given: this machine, or, with `STREAMBOOK_STACK=external`, the one where
 * the environment has that service.
 *
 * @throws USAGE when its external address is missing
 */
export function hostOf(service: "kafka" | "hive", environment: NodeJS.ProcessEnv = process.env): string {
  if (environment["STREAMBOOK_STACK"] !== "external") return "127.0.0.1";
  return externalAddress(service, environment).replace(/:\d+$/, "");
}

function externalAddresses(environment: NodeJS.ProcessEnv): Addresses {
  const names = Object.keys(VARIABLES) as (keyof Addresses)[];
  const places = names.map((name) => [name, externalAddress(name, environment)] as const);
  reachDirectly(...places.map(([, place]) => place));
  return Object.fromEntries(places) as unknown as Addresses;
}

function externalAddress(name: keyof Addresses, environment: NodeJS.ProcessEnv): string {
  const variable = VARIABLES[name];
  const value = environment[variable];
  if (value !== undefined && value !== "") return value;
  throw new StreambookError(
    "USAGE",
    `STREAMBOOK_STACK is "external" but ${variable} is not set; set it to the address of that service`,
  );
}
