/** A service that nobody knew is added by one file, and by no other edit: a copy of the project gets one, and everything knows it. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { promisify } from "node:util";
import { until } from "../lib/src/async/index.ts";
import { projectFolder } from "../lib/src/stack/index.ts";

/** The whole service: what it is, and, when Node starts this file, what it does. */
const echo = (port: number): string => `
import { createServer } from "node:http";
import { askJson } from "../observe/probes.ts";
import type { Service } from "../service.ts";

export default {
  name: "echo",
  title: "Echo",
  does: "says what it is asked",
  profile: "toys",
  rank: 900,
  program: {
    kind: "node",
    module: import.meta.filename,
    environment: (at) => ({ ECHO_PORT: String(at.port("http")), ECHO_BIND: at.bind, ECHO_WORD: "a word, \\"quoted\\"" }),
  },
  ports: { http: ${port} },
  page: "http",
  needs: [],
  after: [],
  memory: 60,
  stopTimeout: 5,
  addresses: { echo: { variable: "STREAMBOOK_ECHO", port: "http", scheme: "http" } },
  asked: "echo",
  answers: async (address, signal) => (await askJson(address, signal) as { word?: string }).word !== undefined,
  configuration: [],
  container: { memory: 128, publishes: { port: "http" } },
} satisfies Service;

if (import.meta.main) {
  const { ECHO_PORT, ECHO_BIND, ECHO_WORD } = process.env;
  createServer((request, response) => response.end(JSON.stringify({ word: ECHO_WORD, path: request.url })))
    .listen(Number(ECHO_PORT), ECHO_BIND);
}
`;

const project = projectFolder();

suite("a service of one file", () => {
  let folder = "";
  let port = 0;
  const environment = (): NodeJS.ProcessEnv => {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("STREAMBOOK_"));
    return { ...Object.fromEntries(own), STREAMBOOK_IGNORE: "memory,disk" };
  };
  const node = (...given: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", ...given], {
      cwd: folder,
      env: environment(),
    });
  const streambook = async (...given: string[]): Promise<string> =>
    (await node(join(folder, "lib", "src", "cli", "main.ts"), ...given)).stdout;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "streambook-new-service-"));
    for (const part of ["package.json", "conf", "setup", "stack", "lib/package.json", "lib/bin", "lib/src"])
      await cp(join(project, part), join(folder, part), { recursive: true });
    await symlink(join(project, "node_modules"), join(folder, "node_modules"));
    port = await freePort();
    await writeFile(join(folder, "lib", "src", "stack", "catalog", "echo.ts"), echo(port));
  });
  after(async () => {
    await streambook("down").catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  test("`up` starts it by its profile, without what other services need", async () => {
    await streambook("up", "toys");
    const answer = await (await fetch(`http://127.0.0.1:${port}/some/path`)).json();
    assert.deepEqual(answer, { word: 'a word, "quoted"', path: "/some/path" });
  });

  test("`status` shows it beside the core, with its page", async () => {
    const services = JSON.parse(await streambook("status", "--json")) as {
      name: string;
      state: string;
      place?: string;
    }[];
    const { state, place } = services.find(({ name }) => name === "echo") ?? {};
    assert.deepEqual([state, place], ["running", `http://127.0.0.1:${port}`]);
    assert.ok(services.filter(({ name }) => name !== "echo").every((other) => other.state === "stopped"));
  });

  test("compose has a container for it, in its profile, and the pages name it", async () => {
    const program = `const { composeFile, servicesPage, environmentPage } = await import("./lib/src/stack/index.ts");
      console.log(composeFile(), servicesPage(), environmentPage());`;
    const { stdout } = await node("--input-type=module", "--eval", program);
    assert.match(stdout, new RegExp(`\\n {2}echo:\\n[^]*? {4}profiles: \\[toys\\]\\n[^]*?:${port}"\\]`));
    assert.match(stdout, /\| Echo +\| `echo` +\| toys/);
    assert.match(stdout, /`STREAMBOOK_ECHO`/);
    assert.match(stdout, /`STREAMBOOK_ECHO_PORT`/);
  });

  test("`down` ends it, and nothing of it is left", async () => {
    await streambook("down", "echo");
    await assert.rejects(fetch(`http://127.0.0.1:${port}`));
  });

  test("in a container it runs in the foreground, and listens for those outside", async () => {
    const command = [join(folder, "lib", "src", "cli", "main.ts"), "container-run", "echo"];
    const container: ChildProcess = spawn(process.execPath, command, {
      cwd: folder,
      env: environment(),
      stdio: "ignore",
    });
    const ended = once(container, "exit");
    try {
      const answers = (): Promise<boolean> =>
        fetch(`http://127.0.0.1:${port}`)
          .then(({ ok }) => ok)
          .catch(() => false);
      await until("the service to answer", answers);
      const check = join(folder, "lib", "src", "stack", "containers", "check.ts");
      await node(check, "echo").then(
        () => assert.fail("the check asks the service by its name among containers, which is none here"),
        (error: { code?: number }) => assert.equal(error.code, 1),
      );
    } finally {
      container.kill("SIGTERM");
      await ended;
    }
  });

  test("elsewhere, its address in the environment is enough", async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"word":"hi"}'));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", join(folder, "lib", "src", "cli", "main.ts"), "up", "echo"],
        { cwd: folder, env: { ...environment(), STREAMBOOK_ECHO: at } },
      );
      assert.match(stdout, /everything runs already/);
    } finally {
      server.close();
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
