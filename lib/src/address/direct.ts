import http from "node:http";
import { parseAddress } from "./address.ts";

/** This machine, in the forms that Node, the package `request` and Python look for. */
const LOOPBACK = ["localhost", "127.0.0.1", "::1", "[::1]"];

/** What names a proxy, in lower or upper case. */
const PROXY_VARIABLES = ["http_proxy", "https_proxy", "all_proxy"];

/**
 * Makes calls to some services, and to this machine, go there directly: where the environment names a proxy, their hosts are
 * added to `NO_PROXY`, for this process and for those that it starts. A proxy is the way out of a network, and knows nothing of
 * services inside it. Without a proxy nothing changes.
 *
 * @param addresses `host:port`, or URLs; what is neither counts for nothing
 */
export function reachDirectly(...addresses: readonly string[]): void {
  const { env } = process;
  if (!namesProxy(env)) return;
  const there = [env["no_proxy"], env["NO_PROXY"]].flatMap((list) => (list ?? "").split(/[\s,]+/)).filter(Boolean);
  if (there.includes("*")) return;
  const list = [...new Set([...there, ...LOOPBACK, ...addresses.flatMap(hostsOf)])].join(",");
  if (env["no_proxy"] === list && env["NO_PROXY"] === list) return;
  env["no_proxy"] = env["NO_PROXY"] = list;
  if (nodeUsesProxies(env)) readProxies(env);
}

/**
 * Makes downloads go through the proxy that the environment names, also where Node was not asked to (`NODE_USE_ENV_PROXY`):
 * npm and pip ask nobody either. Calls to this machine stay direct.
 */
export function downloadThroughProxy(): void {
  reachDirectly();
  const { env } = process;
  const every = env["all_proxy"] || env["ALL_PROXY"] || undefined;
  // Node reads no `all_proxy`, and speaks no SOCKS.
  if (every !== undefined && /^https?:/i.test(every))
    readProxies({ http_proxy: every, https_proxy: every, ...given(env) });
  else if (namesProxy(env)) readProxies(env);
}

/** The proxy that a download from an address goes through, without its password; undefined when it goes directly. For messages. */
export function proxyFor(url: URL): string | undefined {
  const { env } = process;
  const around = (env["no_proxy"] || env["NO_PROXY"] || "").split(/[\s,]+/).filter(Boolean);
  const host = `.${url.hostname}`;
  if (around.some((zone) => zone === "*" || host.endsWith(`.${zone.replace(/^\*?\./, "").toLowerCase()}`)))
    return undefined;
  const names = [url.protocol === "https:" ? "https_proxy" : "http_proxy", "all_proxy"];
  const proxy = names.flatMap((name) => [env[name], env[name.toUpperCase()]]).find((value) => value);
  return proxy === undefined ? undefined : (URL.parse(proxy)?.host ?? proxy);
}

function hostsOf(address: string): string[] {
  const host = /^[a-z]+:\/\//i.test(address) ? URL.parse(address)?.hostname : parseAddress(address)?.host;
  if (host === undefined || host === "") return [];
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return bare.includes(":") ? [bare, `[${bare}]`] : [host];
}

function namesProxy(env: NodeJS.ProcessEnv): boolean {
  return PROXY_VARIABLES.some((name) => env[name] || env[name.toUpperCase()]);
}

/** The variables that are set, for one that is empty counts as none. */
function given(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}

function nodeUsesProxies(env: NodeJS.ProcessEnv): boolean {
  const flags = [...process.execArgv, ...(env["NODE_OPTIONS"] ?? "").split(/\s+/)];
  return env["NODE_USE_ENV_PROXY"] === "1" || flags.includes("--use-env-proxy");
}

/** Node reads the variables when it starts, and here again. Before 24.14 it cannot; there `fetch` looks at NO_PROXY by itself. */
function readProxies(env: NodeJS.ProcessEnv): void {
  (http as Partial<typeof http>).setGlobalProxyFromEnv?.(env);
}
