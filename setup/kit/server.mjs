// An offline kit as npm and pip know it: a registry and a package index on this machine, for as long as an installation takes.
// So nothing about a kit depends on npm's or pip's own caches, whatever their versions.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { KIT_FOLDERS } from "./layout.mjs";

/** @typedef {import("../paths.mjs").Environment} Environment */

/**
 * Serves a kit to npm and pip while something is installed.
 *
 * @template T
 * @param {string} kit
 * @param {Environment} environment
 * @param {(environment: Environment) => Promise<T>} operation gets an environment in which npm and pip ask the kit, and nobody else
 * @returns {Promise<T>}
 */
export async function withKit(kit, environment, operation) {
  const packages = await packagesOf(join(kit, KIT_FOLDERS.packages));
  const wheels = await readdir(join(kit, KIT_FOLDERS.wheels));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    answer(kit, { packages, wheels }, path, `http://${request.headers.host}`, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  const scratch = await mkdtemp(join(tmpdir(), "streambook-kit-"));
  try {
    return await operation(await askingOnly(`http://127.0.0.1:${address.port}`, scratch, environment));
  } finally {
    server.closeAllConnections?.();
    server.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} origin
 * @param {string} scratch a folder that is removed afterwards
 * @param {Environment} environment
 * @returns {Promise<Environment>}
 */
async function askingOnly(origin, scratch, environment) {
  // Two files: npm refuses one that is given as both.
  const [user, global] = [join(scratch, "user.npmrc"), join(scratch, "global.npmrc")];
  await Promise.all([user, global].map((file) => writeFile(file, "")));
  await mkdir(join(scratch, "npm"));
  const others = Object.entries(environment).filter(([name]) => !/^(?:npm_config_|pip_)|_proxy$/i.test(name));
  return {
    ...Object.fromEntries(others),
    npm_config_registry: `${origin}/npm/`,
    npm_config_userconfig: user,
    npm_config_globalconfig: global,
    npm_config_cache: join(scratch, "npm"),
    NO_PROXY: "127.0.0.1",
    PIP_INDEX_URL: `${origin}/pip/`,
    PIP_CONFIG_FILE: "/dev/null",
    PIP_CACHE_DIR: join(scratch, "pip"),
    PIP_RETRIES: "0",
  };
}

/** @typedef {Map<string, Map<string, { file: string, integrity: string }>>} Packages versions by name */

/**
 * The packages of a folder of tarballs.
 * @param {string} folder
 * @returns {Promise<Packages>}
 */
async function packagesOf(folder) {
  /** @type {Packages} */
  const packages = new Map();
  for (const file of await readdir(folder)) {
    const [, name = "", version = ""] = /^(.+?)-(\d+\.\d+\.\d+.*)\.tgz$/.exec(file) ?? [];
    const integrity = `sha512-${createHash("sha512")
      .update(await readFile(join(folder, file)))
      .digest("base64")}`;
    const versions = packages.get(name.replace("+", "/")) ?? new Map();
    packages.set(name.replace("+", "/"), versions);
    versions.set(version, { file, integrity });
  }
  return packages;
}

/**
 * @param {string} kit
 * @param {{ packages: Packages, wheels: readonly string[] }} content
 * @param {string} path
 * @param {string} origin
 * @param {import("node:http").ServerResponse} response
 */
async function answer(kit, { packages, wheels }, path, origin, response) {
  const file = /^\/(npm|pip)\/files\/([^/]+)$/.exec(path);
  if (file !== null) {
    const folder = file[1] === "npm" ? KIT_FOLDERS.packages : KIT_FOLDERS.wheels;
    const stream = createReadStream(join(kit, folder, basename(String(file[2]))));
    stream.on("error", () => response.writeHead(404).end());
    return void stream.pipe(response);
  }
  const [, kind, name = ""] = /^\/(npm|pip)\/(.+?)\/?$/.exec(path) ?? [];
  const versions = kind === "npm" ? packages.get(name) : undefined;
  if (versions !== undefined) {
    const described = [...versions].map(([version, { file: tarball, integrity }]) => [
      version,
      { name, version, dist: { tarball: `${origin}/npm/files/${encodeURIComponent(tarball)}`, integrity } },
    ]);
    const latest = [...versions.keys()].at(-1);
    const document = { name, "dist-tags": { latest }, versions: Object.fromEntries(described) };
    return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  }
  const own =
    kind === "pip" ? wheels.filter((wheel) => normalized(wheel.split("-")[0] ?? "") === normalized(name)) : [];
  const links = own.map((wheel) => `<a href="/pip/files/${encodeURIComponent(wheel)}">${wheel}</a><br>`);
  response.writeHead(own.length > 0 ? 200 : 404, { "content-type": "text/html" });
  response.end(`<!DOCTYPE html><html><body>${links.join("\n")}</body></html>`);
}

/** The name of a Python project, as an index compares it (PEP 503). @param {string} name */
function normalized(name) {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
