/**
 * The containers, exercised: `npm run test:containers [-- --keep] [--built] [--only spark tweets ratings brokers]`. Images are built from nothing, services that a further profile
 * adds run on an image of their own, all services of the core come up and are healthy, the course runs in the workspace, the machine outside reaches the services, a killed container comes back
 * with its data, `down` keeps the data and `down -v` removes everything. Needs Podman and podman-compose; ports, names and
 * folders are the exercise's own, so nothing else is disturbed. Ends with the figures that stand in README.md. With `--only` the core is
 * built and started, and nothing but the further profiles that are named is exercised; with `--built` images that an exercise with `--keep` has
 * left are taken as they are.
 */
import assert from "node:assert/strict";
import { execFile, type ExecFileException, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import kafkajs from "kafkajs";
import { onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { reachDirectly } from "../lib/src/address/index.ts";
import { until } from "../lib/src/async/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { CORE, projectFolder, service, serviceNames } from "../lib/src/stack/index.ts";
import { portIsFree } from "../lib/src/stack/launch/ports.ts";
import { ProjectCopy } from "./fixtures/project-copy.ts";
import { bottle, release } from "./fixtures/toy-services.ts";

const PROJECT = "streambook-exercise";
const CORE_NAMES = serviceNames().filter((name) => service(name).profile === CORE);
const SERVICES = [...CORE_NAMES, "workspace"];
/** Services of a further profile, each one file in the catalogue: on Python, and on another Java than the core. */
const TOYS = { bottle: bottle(9101), release: release(9102) };
const TOY_NAMES = Object.keys(TOYS);
/** Spark and what it needs beside the core. */
const SPARK_NAMES = ["metastore", "spark"];
/** S3, and what asks it. */
const TWEETS_NAMES = ["s3", "trino", "superset"];
/** Cassandra, and the two that join it. */
const RATINGS_NAMES = ["cassandra"];
const REPLICAS_NAMES = ["cassandra-2", "cassandra-3"];
/** The two that join Kafka, and all three. */
const BROKERS_NAMES = ["kafka-2", "kafka-3"];
const FURTHER_NAMES = [...BROKERS_NAMES, ...SPARK_NAMES, ...TWEETS_NAMES, ...RATINGS_NAMES, ...REPLICAS_NAMES];
const PUBLISHED = [...CORE_NAMES, ...TOY_NAMES, ...FURTHER_NAMES, "lab"];
/** A folder with spaces, and a user who is not number 1000: both are what some machine has. */
const OWNER = process.getuid?.() === 0 ? 1234 : (process.getuid?.() ?? 1000);
const MINUTES = 60_000;
/** How long a command may take: all tests in the workspace take half an hour on two cores that others use too. */
const LONGEST = 60 * MINUTES;
/** Where Podman looks for `catatonit`. */
const INIT_PLACES = [
  "/usr/libexec/podman",
  "/usr/local/libexec/podman",
  "/usr/local/lib/podman",
  "/usr/lib/podman",
].map((folder) => join(folder, "catatonit"));
const BUILD = ["build", "--network", "host", "--format", "docker"];
const IMAGES = ["stack", "workspace", "toys", "spark", "tweets", "ratings"];
/** The further profiles, each exercised on what those before it have left. A Kafka that is one of three never runs alone again: they are the last. */
const FURTHER = { spark: withSpark, tweets: withTweets, ratings: withRatings, brokers: withBrokers };
type Further = keyof typeof FURTHER;
/** What the exercise takes. */
const OPTIONS: ReadonlySet<string> = new Set(["--keep", "--built", "--only"]);
/** What `--only` names; undefined for the whole exercise. */
const only = readOnly(process.argv.slice(2));

/** What podman-compose says of a container that cannot be started. */
const FAILURE = /^Error: .*|address already in use|no such image/i;
/** Before it starts a service anew, it ends all that depend on it, also those that were never made. */
const ABSENT = /no container with name or ID .* found: no such container/;

/** The authority of this network, if it has one of its own, as compose passes it on. */
const { STREAMBOOK_CA } = process.env;
const AUTHORITY = STREAMBOOK_CA ? ["--secret", `id=ca,src=${resolve(STREAMBOOK_CA)}`] : [];

/** The ports that the machine outside has of the services, and of JupyterLab. */
type Ports = Readonly<Record<string, number>>;

interface Said {
  readonly code: number;
  readonly text: string;
}

const environment: Record<string, string | undefined> = {
  ...process.env,
  COMPOSE_PROJECT_NAME: PROJECT,
  STREAMBOOK_UID: String(OWNER),
};
const figures: [string, string][] = [];
/** The further profiles that run. */
const further = new Set<string>();

const started = performance.now();
reachDirectly();
await demandTools();
const folder = await mkdtemp(join(tmpdir(), "streambook exercise "));
const course = join(folder, "the course");
const interruption = new AbortController();
outliveOutput();
onInterruption(
  () => interruption.abort(),
  () => console.error("\nstill removing what the exercise made …"),
);
const before = new Set([...(await openBuilds()), ...(await layers())]);
try {
  await exercise();
  console.log(`\n${figures.map(([name, value]) => `${name.padEnd(34)} ${value}`).join("\n")}`);
  console.log(`\nthe containers do what they should; ${seconds(started)} s in all`);
} catch (error) {
  for (const name of SERVICES) await showLog(name);
  console.error(error);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function exercise(): Promise<void> {
  await copyCourse(course);
  // Where builds keep what they fetched; without a place of its own an earlier build would help this one.
  await mkdir(join(folder, "temporary"));
  environment["TMPDIR"] = join(folder, "temporary");
  const ports = await choosePorts();

  if (only !== undefined) return exerciseFurther(ports, only);
  await step("a build that is interrupted leaves nothing in the way", interruptBuild);
  await buildCore();

  await step("a port that is taken is named", () => portTaken(Number(ports["kafka"])));
  await step("too little memory is reported in numbers", littleMemory);
  await furtherProfile(ports);
  for (const name of IMAGES.slice(0, 3)) {
    const { text } = await podman("image", "inspect", `${PROJECT}-${name}`, "--format", "{{.Size}}");
    figures.push([`image ${name}`, `${(Number(text) / 1e9).toFixed(2)} GB`]);
  }

  await up("first start to all healthy");
  await step("in the workspace, set-up ends with a doctor who is content", () =>
    inside("npm run setup && npx streambook doctor"),
  );
  await step("in the workspace, `npm start` brings every text back", () => runInside());
  await step("in the workspace, a notebook runs to its end", () => inside("npm run notebooks -- 02"));
  await measureMemory();
  const tested = performance.now();
  await step("in the workspace, `npm test` passes", async () => {
    const { text } = await inside("npm test");
    figures.push(["`npm test` in the workspace", `${seconds(tested)} s: ${text.trim().split("\n").at(-1)}`]);
  });
  await step("in the workspace, `npm start` does so again", () => runInside());

  await step("in the workspace, WebHDFS sends a plain client on to where it can go", async () => {
    const base = "http://namenode:9870/webhdfs/v1/exercise/inside.json";
    await inside(`curl -fsSL -X PUT -T package.json '${base}?op=CREATE&overwrite=true&user.name=streambook'`);
    await inside(`curl -fsSL '${base}?op=OPEN' | cmp - package.json`);
  });
  await step("JupyterLab in the workspace opens in a browser outside", () => openLab(Number(ports["lab"])));
  const outside = await openOutside(ports);
  await step("from the machine outside: Kafka, WebHDFS and Hive are written", outside.write);
  await step("from the machine outside: all of it is read", outside.read);

  for (const name of ["kafka", "namenode", "datanode", "hiveserver2"] as const) {
    await step(`${name} is killed and comes back`, () => killAndWait(name));
  }
  await step("what was stored is there", outside.read);
  for (const [name, exercise] of Object.entries(FURTHER)) if (name !== "brokers") await exercise(ports);
  await step("what was stored is there", outside.read);
  await step("down", () => compose(...profiles(...further), "down"));
  for (const profile of further) for (const name of Object.keys(await linesFor(profile))) delete environment[name]; // the core alone again
  further.clear();
  await up("later start to all healthy");
  await step("what was stored is there", outside.read);
  await withBrokers();
  await step("down -v leaves no container, volume or network", async () => {
    await compose(...profiles(...Object.keys(FURTHER), "replicas"), "down", "--volumes");
    for (const what of ["ps --all", "volume ls", "network ls"]) {
      const { code, text } = await podman(...what.split(" "), "--quiet", "--filter", `name=${PROJECT}_`);
      assert.deepEqual([code, text.trim()], [0, ""], what);
    }
  });
}

/** The core, with texts that have gone through it, and some of the further profiles. */
async function exerciseFurther(ports: Ports, names: readonly Further[]): Promise<void> {
  await buildCore();
  await up("first start to all healthy");
  await step("in the workspace, set-up", () => inside("npm run setup"));
  if (names.some((name) => name !== "ratings"))
    await step("in the workspace, `npm start` brings every text back", () => runInside());
  for (const name of names) await FURTHER[name](ports);
}

async function buildCore(): Promise<void> {
  const built = performance.now();
  await step("the images are built from nothing", async () => {
    // with --no-cache the second build could not use the layers of the first
    await build("stack", { args: ["--cache-ttl", "1s"] });
    await build("workspace");
  });
  figures.push(["images built from nothing", `${seconds(built)} s`]);
}

/** @throws the process ends with 2 for a name that is none, and for anything else that it does not know */
function readOnly(args: readonly string[]): Further[] | undefined {
  const at = args.indexOf("--only");
  const strange = args.find((one, place) => (at < 0 || place < at || one.startsWith("--")) && !OPTIONS.has(one));
  if (strange !== undefined) {
    console.error(
      `usage: npm run test:containers [-- --keep] [--built] [--only ${Object.keys(FURTHER).join(" ")}]; not ${strange}`,
    );
    process.exit(2);
  }
  if (at < 0) return undefined;
  const names = args.slice(at + 1).filter((one) => !one.startsWith("--"));
  const wrong = names.filter((name) => !Object.hasOwn(FURTHER, name));
  if (names.length > 0 && wrong.length === 0) return names as Further[];
  console.error(
    `--only takes ${Object.keys(FURTHER).join(", ")}${wrong.length === 0 ? "" : `, not ${wrong.join(", ")}`}`,
  );
  process.exit(2);
}

/** Starts a further profile beside those that run, by the lines that compose's file names for it, and waits for these services. */
async function startFurther(profile: string, names: readonly string[]): Promise<Record<string, string>> {
  const lines = await linesFor(profile);
  for (const [name, value] of Object.entries(lines)) environment[name] ??= value;
  further.add(profile);
  await compose(...profiles(...further), "up", "-d", "--no-build");
  await Promise.all([...SERVICES, ...names].map(healthy));
  return lines;
}

/** Profiles as options of podman-compose, which does not read COMPOSE_PROFILES. */
function profiles(...names: readonly string[]): string[] {
  return names.flatMap((name) => ["--profile", name]);
}

/** The lines for `.env` that compose's file names for a profile, with keys of this exercise's own. */
async function linesFor(profile: string): Promise<Record<string, string>> {
  const file = await readFile(join(course, "docker-compose.yml"), "utf8");
  const block =
    new RegExp(`^# {5}COMPOSE_PROFILES=${profile}\\n((?:# {5}STREAMBOOK_.*\\n)+)`, "m").exec(file)?.[1] ?? "";
  const lines = [...block.matchAll(/^# {5}(\w+)=(\S+)/gm)];
  const values = lines.map(([, name = "", value = ""]): [string, string] => [
    name,
    value === "…" ? randomBytes(20).toString("hex") : value,
  ]);
  return Object.fromEntries(values);
}

/** The image of a profile, built as compose builds it. */
async function buildFurther(profile: string): Promise<void> {
  const built = performance.now();
  const file = await readFile(join(course, "docker-compose.yml"), "utf8");
  const names = [...file.matchAll(/STREAMBOOK_PROFILE: (.+)$/gm)].map(([, fetched = ""]) => fetched);
  const fetched = names.find((one) => one.split(" ")[0] === profile);
  assert.ok(fetched, `compose builds no image for ${profile}`);
  await step(`an image for ${profile} is built`, () =>
    build("further", { image: profile, args: ["--build-arg", `STREAMBOOK_PROFILE=${fetched}`] }),
  );
  figures.push([`image of ${profile} built`, `${seconds(built)} s`]);
  const { text } = await podman("image", "inspect", `${PROJECT}-${profile}`, "--format", "{{.Size}}");
  figures.push([`image ${profile}`, `${(Number(text) / 1e9).toFixed(2)} GB`]);
}

/** Spark beside the core, by the lines that compose's file names: HiveServer2 starts again, with the metastore that both share. */
async function withSpark(): Promise<void> {
  await buildFurther("spark");
  await step("Spark, the metastore and the core are healthy", async () => {
    const lines = await startFurther("spark", SPARK_NAMES);
    assert.deepEqual(Object.keys(lines), ["STREAMBOOK_METASTORE", "STREAMBOOK_SPARK"]);
  });
  await step("in the workspace, `npm start -- --engine spark` brings every text back", () =>
    runInside("npm start -- --engine spark"),
  );
  await step("Spark and HiveServer2 see the same tables", async () => {
    const question = "SELECT count(DISTINCT kafka_partition, kafka_offset) AS n FROM chunks_clustered";
    for (const engine of ["", "--spark "])
      assert.match((await inside(`npx streambook query ${engine}--json '${question}'`)).text, /\{"n":391\}/);
  });
}

/** S3, Trino and Superset beside Spark and the core, with keys that only `.env` knows. */
async function withTweets(ports: Ports): Promise<void> {
  if (!further.has("spark")) await withSpark();
  await buildFurther("tweets");
  let lines: Record<string, string> = {};
  await step("S3, Trino and Superset are healthy, and Spark beside them", async () => {
    lines = await startFurther("tweets", [...SPARK_NAMES, ...TWEETS_NAMES]);
  });
  await step("in the workspace, Trino and Spark share tables of Delta on S3, and those of Hive", async () => {
    const { text } = await inside("node --disable-warning=ExperimentalWarning test/fixtures/lakehouse.ts");
    assert.match(text, /Spark reads 42, and Trino counts 391 rows/);
  });
  await step("from the machine outside, Superset opens by the password of `.env`, and no other", async () => {
    const login = (password: string | undefined): Promise<Response> =>
      fetch(`http://127.0.0.1:${ports["superset"]}/api/v1/security/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password, provider: "db" }),
      });
    assert.equal((await login(lines["STREAMBOOK_SUPERSET_PASSWORD"])).status, 200);
    assert.equal((await login("admin")).status, 401);
  });
}

/** Cassandra beside the core, first alone, then with two that join it: what was written is there with each of them. */
async function withRatings(): Promise<void> {
  await buildFurther("ratings");
  await step("Cassandra is healthy", () => startFurther("ratings", RATINGS_NAMES));
  const begun = performance.now();
  await step("in the workspace, `npx streambook run ratings` ends proven", () =>
    inside("npx streambook run ratings --events 5000 --output .streambook/ratings"),
  );
  figures.push(["`run ratings` in the workspace", `${seconds(begun)} s`]);
  await step("two more join it", () => startFurther("replicas", [...RATINGS_NAMES, ...REPLICAS_NAMES]));
  await step("in the workspace, it ends proven on three", () =>
    inside("npx streambook run ratings --events 5000 --seed 2 --output .streambook/ratings"),
  );
}

/** Two brokers join the one: what it had has copies then, and goes on without it. */
async function withBrokers(): Promise<void> {
  await step("two brokers join Kafka", () => startFurther("brokers", BROKERS_NAMES));
  await step("in the workspace, what was there before gets its copies", async () => {
    assert.match((await inside("npx streambook replicate")).text, /^chunks: 3 copies, new$/m);
  });
  await step("the first broker is away, and `npm start` brings every text back", async () => {
    await podman("stop", "--time", "0", container("kafka"));
    await runInside();
  });
  await step("it is back, and in step", async () => {
    await podman("start", container("kafka"));
    await healthy("kafka");
  });
}

async function runInside(command = "npm start"): Promise<void> {
  const { text } = await inside(command);
  assert.match(text, /All 10 texts came back identical/);
}

/** The files of the project as git knows them, changed ones as they are, owned by somebody who is not number 1000. */
async function copyCourse(place: string): Promise<void> {
  const { text } = await execute(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    projectFolder(),
  );
  for (const file of text.split("\0").filter((name) => name !== "")) {
    await cp(join(projectFolder(), file), join(place, file)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // removed, and not yet committed
    });
  }
  if (process.getuid?.() === 0) await execute("chown", ["-R", `${OWNER}:${OWNER}`, folder]);
}

/**
 * Ports that are free now, so that a stack which runs is not in the way. They lie below those that systems give to outgoing
 * connections and to servers that ask for any: building takes minutes, and others must not be given them meanwhile.
 */
async function choosePorts(): Promise<Ports> {
  const ports: Record<string, number> = {};
  let candidate = 20_000 + randomInt(10_000);
  for (const name of PUBLISHED) {
    while (!(await portIsFree(++candidate)));
    ports[name] = candidate;
    environment[portVariable(name)] = String(candidate);
  }
  return ports;
}

function portVariable(name: string): string {
  return `STREAMBOOK_${name.toUpperCase().replaceAll("-", "_")}_PORT`;
}

async function listening(port: number) {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** As compose builds, but on the machine's own network: not every machine has another that leads outside. */
async function build(
  target: string,
  { image = target, args = [], place = course }: { image?: string; args?: readonly string[]; place?: string } = {},
): Promise<void> {
  const isThere =
    process.argv.includes("--built") && (await podman("image", "exists", `${PROJECT}-${image}`)).code === 0;
  if (isThere) return;
  const uid = ["--build-arg", `STREAMBOOK_UID=${OWNER}`];
  await execute(
    "podman",
    [...BUILD, ...AUTHORITY, ...uid, ...args, "--target", target, "--tag", `${PROJECT}-${image}`, "."],
    place,
  );
}

async function interruptBuild(): Promise<void> {
  const build = spawn("podman", [...BUILD, ...AUTHORITY, "--no-cache", "--target", "stack", "."], {
    cwd: course,
    stdio: "ignore",
  });
  const ended = once(build, "exit");
  setTimeout(() => build.kill("SIGINT"), 20_000);
  const [code] = (await ended) as [number | null];
  assert.notEqual(code, 0, "the build was done before it could be interrupted");
}

async function portTaken(port: number): Promise<void> {
  const server = await listening(port);
  try {
    const { text } = await compose("up", "-d", "--no-build", "kafka").catch((error: Error) => ({
      text: error.message,
    }));
    assert.match(text, new RegExp(`${port}.*address already in use`));
  } finally {
    server.close();
    await compose("down", "--volumes");
  }
}

async function littleMemory(): Promise<void> {
  const file = join(folder, "meminfo");
  await writeFile(file, "MemTotal:        3906252 kB\n");
  const little = ["--volume", `${file}:/proc/meminfo:ro`];
  const { code, text } = await podman("run", "--rm", ...little, `${PROJECT}-stack`, "container-run", "kafka");
  assert.equal(code, 1);
  assert.match(text, /has 4 GB: 9\d\d MB too little/);
}

/** A service on Python, and one on Java 25, are added to a copy of the course: an image of their profile has what they run on. */
async function furtherProfile(ports: Ports): Promise<void> {
  const place = join(folder, "a course with toys");
  const toys = (...args: string[]): Promise<Said> => composeIn(place, "--profile", "toys", ...args);
  const answer = async (name: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${ports[name]}/`);
    assert.equal(response.status, 200, name);
    return response.text();
  };

  const built = performance.now();
  await step("an image for services on Python and on Java 25 is built", async () => {
    await copyCourse(place);
    await using copy = await ProjectCopy.make(); // which can run commands
    for (const [name, text] of Object.entries(TOYS)) {
      await copy.addService(name, text);
      await writeFile(join(place, "lib", "src", "stack", "catalog", `${name}.ts`), text);
    }
    await writeFile(join(place, "docker-compose.yml"), await copy.composeFile());
    await build("further", { image: "toys", args: ["--build-arg", "STREAMBOOK_PROFILE=toys"], place });
  });
  figures.push(["image of a further profile built", `${seconds(built)} s`]);
  try {
    await step("both run in containers, on what the image holds, and answer the machine outside", async () => {
      await toys("up", "-d", "--no-build", ...TOY_NAMES);
      await Promise.all(TOY_NAMES.map(healthy));
      const { bottle: version, python = "" } = JSON.parse(await answer("bottle")) as Record<string, string>;
      assert.deepEqual([version, dirname(python)], ["0.13.4", "/opt/cache/python"]);
      await answer("release"); // whose main class Java 17 lacks
      for (const name of TOY_NAMES)
        assert.doesNotMatch((await podman("logs", container(name))).text, /fetched/, "nothing is fetched at the start");
    });
  } catch (error) {
    for (const name of TOY_NAMES) await showLog(name);
    throw error;
  } finally {
    await toys("down", "--volumes");
    // to the course itself, whose commands run from here on, they mean nothing
    for (const name of TOY_NAMES) delete environment[portVariable(name)];
  }
}

async function up(figure: string): Promise<void> {
  const begun = performance.now();
  await step(figure, async () => {
    await compose("up", "-d", "--no-build");
    await Promise.all(SERVICES.map(healthy));
  });
  figures.push([figure, `${seconds(begun)} s`]);
}

/** Podman asks its health checks by systemd; where that is not, they are asked here. */
async function healthy(name: string): Promise<void> {
  const ask = async (): Promise<boolean> => (await podman("healthcheck", "run", container(name))).code === 0;
  await until(`${name} to be healthy`, ask, { timeout: 5 * MINUTES, interval: 3000 });
}

async function measureMemory(): Promise<void> {
  for (const name of SERVICES) {
    const files = "cat /sys/fs/cgroup/memory.stat || cat /sys/fs/cgroup/memory/memory.stat";
    const { text } = await podman("exec", container(name), "bash", "-c", `(${files}) 2>/dev/null`);
    const bytes = Number(/^(?:anon|total_rss) (\d+)$/m.exec(text)?.[1]);
    figures.push([`memory of ${name}`, `${Math.round(bytes / 1e6)} MB`]);
  }
}

/** Starts JupyterLab as a learner does, and asks the address that it prints for a lesson and for the kernels there are. */
async function openLab(port: number): Promise<void> {
  const lab = spawn("podman", ["exec", container("workspace"), "bash", "-c", "npm run lab -- 03"], {
    env: environment,
  });
  const ended = once(lab, "exit");
  let said = "";
  for (const stream of [lab.stdout, lab.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  try {
    const address = (): RegExpExecArray | null => /http:\/\/127\.0\.0\.1:(\d+)(\/lab\S+)\?(token=\w+)/.exec(said);
    await until("JupyterLab's address", () => address() !== null, { timeout: 5 * MINUTES, interval: 500 });
    const [url = "", printed, , token = ""] = address() ?? [];
    assert.equal(Number(printed), port, said);
    const page = await fetch(url);
    assert.match(await page.text(), /jupyter-config-data/);
    const kernels = await fetch(`http://127.0.0.1:${port}/api/kernelspecs?${token}`);
    assert.equal(((await kernels.json()) as { default: string }).default, "streambook");
    const lesson = await fetch(`http://127.0.0.1:${port}/api/contents/notebooks/03-tokens.ipynb?${token}`);
    assert.equal(((await lesson.json()) as { type: string }).type, "notebook");
  } finally {
    await inside("pkill -TERM -f bin/jupyter-lab").catch(() => undefined);
    await ended;
  }
}

/** A topic, a file and a table, written and read through the ports that this machine has of the services. */
async function openOutside(ports: Ports) {
  const kafka = new kafkajs.Kafka({ brokers: [`127.0.0.1:${ports["kafka"]}`], logLevel: kafkajs.logLevel.NOTHING });
  const webhdfs = `http://127.0.0.1:${ports["namenode"]}`;
  const hdfs = new Hdfs({ address: webhdfs, user: "streambook" });
  const bytes = randomBytes(3_000_000);
  const file = join(folder, "bytes");
  await writeFile(file, bytes);
  const query = (sql: string): Promise<Said> =>
    execute(
      process.execPath,
      ["--disable-warning=TimeoutNegativeWarning", "lib/src/cli/main.ts", "query", "--json", sql],
      projectFolder(),
      {
        ...environment,
        STREAMBOOK_STACK: "external",
        STREAMBOOK_KAFKA: `127.0.0.1:${ports["kafka"]}`,
        STREAMBOOK_WEBHDFS: webhdfs,
        STREAMBOOK_HDFS: "hdfs://127.0.0.1:8020",
        STREAMBOOK_RESOURCE_MANAGER: `http://127.0.0.1:${ports["resourcemanager"]}`,
        STREAMBOOK_JOB_HISTORY: `http://127.0.0.1:${ports["historyserver"]}`,
        STREAMBOOK_HIVE: `127.0.0.1:${ports["hiveserver2"]}`,
      },
    );

  async function write(): Promise<void> {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: "chunks", messages: [{ key: "exercise", value: "from outside" }] });
    await producer.disconnect();
    await hdfs.write("/exercise/library", bytes);
    const url = `${webhdfs}/webhdfs/v1/exercise/curl?op=CREATE&user.name=streambook`;
    await execute("curl", ["-fsSL", "-X", "PUT", "-T", file, url]);
    await query("CREATE TABLE exercise STORED AS PARQUET AS SELECT COUNT(*) AS n FROM chunks_clustered");
  }

  async function read(): Promise<void> {
    assert.ok((await messages()).includes("from outside"));
    for (const name of ["library", "curl"]) assert.ok((await hdfs.read(`/exercise/${name}`)).equals(bytes), name);
    const read = join(folder, "read");
    await execute("curl", ["-fsSL", "-o", read, `${webhdfs}/webhdfs/v1/exercise/library?op=OPEN`]);
    await execute("cmp", [file, read]);
    assert.equal((await query("SELECT n FROM exercise")).text, '{"n":391}\n');
    assert.equal((await query("SELECT COUNT(*) AS n FROM chunks_clustered")).text, '{"n":391}\n');
  }

  /** All messages of the topic, by a group of this read's own. */
  async function messages(): Promise<string[]> {
    const admin = kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets("chunks");
    await admin.disconnect();
    const expected = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    const consumer = kafka.consumer({ groupId: `exercise-${randomBytes(4).toString("hex")}` });
    const found: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: "chunks", fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void found.push(String(message.value)) });
    try {
      await until("all messages", () => found.length >= expected, { timeout: MINUTES, interval: 100 });
    } finally {
      await consumer.disconnect();
    }
    return found;
  }
  return { write, read };
}

/** Kills the Java of a container, which ends with it, and waits until the engine has started it again. */
async function killAndWait(name: string): Promise<void> {
  const startedAt = async (): Promise<string> =>
    (await podman("inspect", container(name), "--format", "{{.State.Running}} {{.State.StartedAt}}")).text;
  const before = await startedAt();
  const kill = "for p in /proc/[0-9]*; do case $(readlink $p/exe) in */java) kill -9 ${p#/proc/};; esac; done";
  // not at once: Podman starts nothing again in which a command of its own was under way
  await podman("exec", container(name), "bash", "-c", `(sleep 2; ${kill}) < /dev/null > /dev/null 2>&1 & disown`);
  const again = async (): Promise<boolean> => {
    const now = await startedAt();
    return now.startsWith("true") && now !== before;
  };
  await until(`${name} to be started again`, again, { timeout: MINUTES, interval: 200 });
  await Promise.all(SERVICES.map(healthy));
}

async function step(title: string, action: () => Promise<unknown>): Promise<void> {
  interruption.signal.throwIfAborted();
  const begun = performance.now();
  process.stdout.write(`… ${title}`);
  try {
    await action();
    console.log(`\r✔ ${title} (${seconds(begun)} s)`);
  } catch (error) {
    console.log(`\r✖ ${title} (${seconds(begun)} s)`);
    throw error;
  }
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

function container(name: string): string {
  return `${PROJECT}_${name}_1`;
}

/** A command in the workspace, as a person gives it in a terminal there. */
async function inside(command: string): Promise<Said> {
  return execute("podman", ["exec", container("workspace"), "bash", "-c", command]);
}

function compose(...args: string[]): Promise<Said> {
  return composeIn(course, ...args);
}

async function composeIn(place: string, ...args: string[]): Promise<Said> {
  const said = await execute("podman-compose", args, place);
  // it goes on after a container that could not be started, and only its output says so
  const failures = said.text.split("\n").filter((line) => FAILURE.test(line) && !ABSENT.test(line));
  if (args.includes("up") && failures.length > 0) throw new Error(failures.join("\n"));
  return said;
}

async function podman(...args: string[]): Promise<Said> {
  return execute("podman", args).catch((error: Error & Partial<Said>) => ({
    code: Number(error.code ?? 1),
    text: error.text ?? error.message,
  }));
}

/** Runs a program to its end. What it said is the message of the error if it fails. */
async function execute(
  program: string,
  args: readonly string[],
  cwd = folder,
  env: NodeJS.ProcessEnv = environment,
): Promise<Said> {
  // not `signal`: what is ended must say so before anything is removed
  const options = { cwd, env, maxBuffer: 1 << 28, timeout: LONGEST, killSignal: "SIGINT" } as const;
  try {
    const running = promisify(execFile)(program, args, options);
    const end = (): void => void running.child.kill("SIGINT");
    interruption.signal.addEventListener("abort", end);
    const { stdout, stderr } = await running.finally(() => interruption.signal.removeEventListener("abort", end));
    return { code: 0, text: stdout + stderr };
  } catch (cause) {
    const { code, stdout = "", stderr = "", killed } = cause as ExecFileException;
    const text = stdout + stderr;
    const isTooLong = killed === true && !interruption.signal.aborted;
    const how = isTooLong ? `ended after ${LONGEST / MINUTES} min` : String(code);
    const lines = text.split("\n");
    const failed = lines.slice(0, -40).filter((line) => /^\s*✖/.test(line)); // tests, which may be far from the end
    const message = `${program} ${args.join(" ")} failed (${how}):\n${[...failed, ...lines.slice(-40)].join("\n")}`;
    throw Object.assign(new Error(message), { code, text });
  }
}

/** Names all that is missing on this machine before anything is built. */
async function demandTools(): Promise<void> {
  const said = async (program: string): Promise<string | undefined> =>
    promisify(execFile)(program, ["--version"]).then(
      ({ stdout, stderr }) => stdout + stderr,
      () => undefined,
    );
  // it says Podman's version besides
  const [, compose = "none", major, minor] =
    /compose\w* version:?\s+((\d+)\.(\d+)\S*)/.exec((await said("podman-compose")) ?? "") ?? [];
  const missing: string[] = [];
  if ((await said("podman")) === undefined)
    missing.push("podman: apt-get install podman  (docs: https://podman.io/docs/installation)");
  if (!(Number(major) * 100 + Number(minor) >= 106))
    missing.push(`podman-compose 1.6 (here: ${compose}): pip install podman-compose==1.6.0`);
  // docker-compose.yml has `init: true`, and Podman starts no such container without it
  if (!INIT_PLACES.some((place) => existsSync(place)) && (await said("catatonit")) === undefined)
    missing.push("catatonit: apt-get install catatonit");
  for (const program of ["git", "curl", "cmp"])
    if ((await said(program)) === undefined) missing.push(`${program}: apt-get install git curl diffutils`);
  if (missing.length === 0) return;
  console.error(
    `the exercise of the containers needs what is not here:\n${missing.map((line) => `  ${line}`).join("\n")}`,
  );
  process.exit(2);
}

async function showLog(name: string): Promise<void> {
  const { code, text } = await podman("logs", "--tail", "15", container(name));
  if (code === 0) console.error(`── ${name} ──\n${text}`);
}

/** Removes what the exercise made, and nothing else. */
async function cleanUp(): Promise<void> {
  if (process.argv.includes("--keep")) return console.log(`kept: ${course}, containers and images of ${PROJECT}`);
  await compose(...profiles(...Object.keys(FURTHER), "replicas"), "down", "--volumes").catch(() => undefined);
  for (const name of IMAGES) await podman("rmi", "--force", `localhost/${PROJECT}-${name}`);
  for (const id of await openBuilds()) if (!before.has(id)) await podman("rm", "--force", id);
  for (const id of await layers()) if (!before.has(id)) await podman("rmi", "--force", id);
  await rm(folder, { recursive: true, force: true });
}

/** Images without a name: the layers of builds. */
async function layers(): Promise<string[]> {
  const { text } = await podman("images", "--quiet", "--no-trunc", "--filter", "dangling=true");
  return text.split("\n").filter((id) => id !== "");
}

/** What a build that was interrupted leaves. */
async function openBuilds(): Promise<string[]> {
  const { text } = await podman("ps", "--all", "--external", "--format", "{{.ID}} {{.Names}}");
  return [...text.matchAll(/^(\w+) \S*-working-container/gm)].map(([, id]) => id as string);
}
