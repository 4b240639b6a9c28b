/** What npm, Maven and pip are given of the user's environment; and npm itself, with settings that leave packages out. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createBoard } from "../board.mjs";
import { mavenEnvironment, npmEnvironment, NPM_ARGUMENTS, pythonEnvironment } from "./environment.mjs";
import { installPackages } from "../packages/packages.mjs";
import { onPath } from "../paths.mjs";
import { run } from "../run.mjs";

const networks = {
  PATH: "/usr/bin",
  HTTPS_PROXY: "http://proxy:3128",
  npm_config_registry: "https://mirror.example/npm",
  "npm_config_//mirror.example/:_authToken": "secret",
  "npm_config_@scope:registry": "https://mirror.example/scope",
  NPM_CONFIG_CAFILE: "/ca.pem",
  npm_config_https_proxy: "http://proxy:3128",
  npm_config_strict_ssl: "true",
  npm_config_fetch_retries: "5",
  npm_config_userconfig: "/home/me/.npmrc",
};

test("npm keeps what is about the network, and nothing that decides what is installed", () => {
  const choices = {
    NODE_ENV: "production",
    npm_config_omit: "dev optional",
    npm_config_production: "true",
    NPM_CONFIG_OPTIONAL: "false",
    npm_config_ignore_scripts: "false",
    npm_config_build_from_source: "true",
    npm_config_global: "true",
    npm_config_workspace: "lib",
    npm_config_dry_run: "true",
    npm_config_package_lock: "false",
    npm_config_legacy_peer_deps: "true",
  };
  assert.deepEqual(npmEnvironment({ ...networks, ...choices }), networks);
});

test("Maven keeps its options of Java, and of MAVEN_ARGS what is about the network", () => {
  const environment = { MAVEN_OPTS: "-Xmx1g -Dhttps.proxyHost=p", PATH: "/usr/bin" };
  const arguments_ = "-q -o --fail-never -s /etc/m2.xml -Dhttps.proxyHost=p -DskipTests -Pmine -Dmaven.repo.local=/r";
  assert.deepEqual(mavenEnvironment({ ...environment, MAVEN_ARGS: arguments_ }), {
    ...environment,
    MAVEN_ARGS: "-s /etc/m2.xml -Dhttps.proxyHost=p -Dmaven.repo.local=/r",
  });
  assert.deepEqual(mavenEnvironment({ ...environment, MAVEN_ARGS: "-q -o" }), environment);
});

test("Python keeps what is about the network, and nothing of another Python", () => {
  const kept = { PIP_INDEX_URL: "https://mirror.example/simple", PIP_CERT: "/ca.pem", PIP_DEFAULT_TIMEOUT: "60" };
  const choices = {
    PIP_TARGET: "/elsewhere",
    PIP_USER: "1",
    PIP_NO_BINARY: ":all:",
    PIP_REQUIRE_VIRTUALENV: "1",
    PYTHONHOME: "/usr",
    PYTHONPATH: "/home/me/modules",
    VIRTUAL_ENV: "/home/me/venv",
  };
  assert.deepEqual(pythonEnvironment({ ...kept, ...choices, PATH: "/usr/bin" }), { ...kept, PATH: "/usr/bin" });
});

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streambook-environment-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const lock = { name: "p", lockfileVersion: 3, packages: { "": { name: "p" }, "node_modules/a": { version: "1.0.0" } } };

test("set-up calls npm with its own choice, and without a cache of its own when HOME cannot be written", () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
    await writeFile(join(folder, "readonly"), ""); // a file in the place of a folder: nobody can write below it, not even root
    const npm = `#!/bin/sh\nif [ "$1" = --version ]; then echo 10.0.0; else env > ${folder}/variables; echo "$@" > ${folder}/arguments; exit 1; fi\n`;
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "npm"), npm);
    await chmod(join(folder, "bin", "npm"), 0o755);
    const environment = {
      PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
      NODE_ENV: "production",
      npm_config_omit: "dev",
      npm_config_cache: join(folder, "readonly", ".npm"),
    };
    const board = createBoard({ stream: { write: () => true } });
    await assert.rejects(installPackages({ board, project: folder, environment }), /`npm ci` failed/);
    const line = await readFile(join(folder, "arguments"), "utf8");
    for (const one of NPM_ARGUMENTS) assert.ok(line.split(/\s+/).includes(one), one);
    const variables = await readFile(join(folder, "variables"), "utf8");
    assert.doesNotMatch(variables, /NODE_ENV|npm_config_omit/);
    assert.match(variables, /^npm_config_cache=.*streambook-npm-/m);
  }));

test(
  "npm itself installs everything, whatever an .npmrc and the environment leave out",
  { skip: onPath("npm") === undefined && "npm is not installed" },
  () =>
    inFolder(async (folder) => {
      for (const name of ["one", "two"]) {
        await mkdir(join(folder, name));
        const scripts = { install: `touch ${folder}/ran-${name}` };
        await writeFile(join(folder, name, "package.json"), JSON.stringify({ name, version: "1.0.0", scripts }));
      }
      const kinds = { devDependencies: { one: "file:one" }, optionalDependencies: { two: "file:two" } };
      const project = { name: "p", version: "1.0.0", ...kinds };
      await writeFile(join(folder, "package.json"), JSON.stringify(project));
      const npm = async (given: readonly string[], environment: Record<string, string | undefined>): Promise<void> => {
        const { code, lines } = await run([onPath("npm") ?? "", ...given, "--no-audit", "--offline"], {
          cwd: folder,
          env: environment,
        });
        assert.equal(code, 0, lines.join("\n"));
      };
      await npm(["install", "--package-lock-only"], npmEnvironment());
      await writeFile(join(folder, ".npmrc"), "omit[]=dev\nomit[]=optional\nignore-scripts=false\nproduction=true\n");
      const environment = { ...process.env, NODE_ENV: "production", npm_config_omit: "dev", npm_config_only: "prod" };
      await npm(["ci", ...NPM_ARGUMENTS], npmEnvironment(environment));
      for (const name of ["one", "two"])
        assert.match(await readFile(join(folder, "node_modules", name, "package.json"), "utf8"), /1\.0\.0/);
      await assert.rejects(readFile(join(folder, "ran-one")), "no script of a package runs");
    }),
);
