import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { downIfUnused, temporaryServices } from "./down.ts";
import { claimedHome, openLayout } from "../layout.ts";
import { ownServices } from "../own-services-for-test.ts";
import { addressesOf, allWellKnownPorts, everyHost } from "../place.ts";
import { type State, writeState } from "../state.ts";
import { stackUsers, usersFolder, describeUsers, useStack } from "./users.ts";

async function inHome(body: (environment: NodeJS.ProcessEnv) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streambook-users-"));
  try {
    await body({ STREAMBOOK_HOME: home });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Another process that uses the stack, until it is ended. */
async function withOther(
  environment: NodeJS.ProcessEnv,
  body: (pid: number, end: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const users = JSON.stringify(fileURLToPath(new URL("users.ts", import.meta.url)));
  const program = `const { useStack } = await import(${users}); await useStack("streambook consume"); console.log("uses"); setInterval(() => 0, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...ownServices(), ...environment, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = (): Promise<void> => (child.kill("SIGKILL"), ended);
  try {
    const said: unknown[] = await Promise.race([once(child.stdout, "data"), once(child.stdout, "end")]);
    assert.ok(said.length > 0, "the other process has failed before it used the stack");
    assert.ok(child.pid !== undefined);
    await body(child.pid, end);
  } finally {
    await end();
  }
}

test("a program uses the stack until it says otherwise, or is killed; its own use does not count", () =>
  inHome(async (environment) => {
    const layout = openLayout(environment);
    assert.deepEqual(await stackUsers(environment), []);
    const mine = await useStack("streambook run", environment);
    await withOther(environment, async (pid, end) => {
      const users = await stackUsers(environment);
      assert.deepEqual(
        users.map(({ what, pid }) => [what, pid]),
        [["streambook consume", pid]],
      );
      assert.equal(describeUsers(users), `\`streambook consume\` (process ${pid})`);
      assert.equal(
        (await stackUsers(environment, pid))[0]?.what,
        "streambook run",
        "the one that is leaving does not count",
      );
      await end();
      assert.deepEqual(await stackUsers(environment), []);
    });
    await mine[Symbol.asyncDispose]();
    assert.deepEqual(await readdir(usersFolder(layout)), []);
  }));

test("a file that names another process of the same number, or nothing, is of no user", () =>
  inHome(async (environment) => {
    const layout = openLayout(environment);
    await using _mine = await useStack("streambook run", environment);
    const stranger = { pid: process.ppid, start: "long ago", what: "x", since: new Date().toISOString() };
    await writeFile(join(usersFolder(layout), `${process.ppid}-1.json`), JSON.stringify(stranger));
    await writeFile(join(usersFolder(layout), "7-1.json"), "");
    assert.deepEqual(await stackUsers(environment), []);
    assert.equal((await readdir(usersFolder(layout))).length, 1);
  }));

test("with services somewhere else nothing is written and nothing ended", () =>
  inHome(async (environment) => {
    const external = { ...environment, STREAMBOOK_STACK: "external" };
    await using _mine = await useStack("streambook run", external);
    assert.deepEqual(await readdir(environment["STREAMBOOK_HOME"] ?? ""), []);
    assert.deepEqual(await downIfUnused({ environment: external }), { ended: [], users: [] });
  }));

test("what a run has started stays while somebody else uses the stack, and is forgotten with the last one", () =>
  inHome(async (environment) => {
    const ports = allWellKnownPorts();
    const started = { pid: 2 ** 22 + 1, started: new Date().toISOString(), log: "" };
    const state: State = {
      addresses: addressesOf({ bind: "127.0.0.1", hosts: everyHost("127.0.0.1"), ports, running: new Set() }),
      services: { kafka: { ...started, temporary: true }, namenode: started },
      host: "127.0.0.1",
      ports,
    };
    await claimedHome(environment);
    await writeState(openLayout(environment).stateFile, state);
    assert.deepEqual(await temporaryServices({ environment }), ["kafka"]);
    await withOther(environment, async (pid) => {
      const { ended, users } = await downIfUnused({ environment });
      assert.deepEqual([ended, users.map((user) => user.pid)], [[], [pid]]);
      assert.deepEqual(await temporaryServices({ environment }), ["kafka"]);
    });
    assert.deepEqual((await downIfUnused({ environment })).users, []);
    assert.deepEqual(await temporaryServices({ environment }), []);
  }));
