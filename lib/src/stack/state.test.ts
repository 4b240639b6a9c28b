import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { addresses } from "./addresses.ts";
import { addressesOf, allWellKnownPorts, everyHost, pageOf } from "./place.ts";
import { readState, type State, writeState } from "./state.ts";

const ports = allWellKnownPorts();
const topology = { bind: "127.0.0.1", hosts: everyHost("127.0.0.1"), ports, running: new Set<string>() };
const state: State = {
  addresses: addressesOf(topology),
  services: {},
  host: "127.0.0.1",
  ports,
  java: { home: "/jdk", version: "17" },
};

async function inHome(body: (home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streambook-state-"));
  try {
    await body(home);
  } finally {
    await rm(home, { recursive: true });
  }
}

test("what is written is read back, and every command finds the addresses in it", () =>
  inHome(async (home) => {
    const file = join(home, "state.json");
    await Promise.all([writeState(file, state), writeState(join(home, "other.json"), state)]);
    assert.deepEqual(await readState(file), state);
    assert.deepEqual(await addresses({ STREAMBOOK_HOME: home }), state.addresses);
    assert.deepEqual((await readdir(home)).sort(), ["other.json", "state.json"], "nothing else is left");
  }));

test("no state, or a broken one, is none; the error knows what to start", () =>
  inHome(async (home) => {
    assert.equal(await readState(join(home, "state.json")), undefined);
    await writeFile(join(home, "state.json"), '{"addresses": ');
    assert.equal(await readState(join(home, "state.json")), undefined);
    await assert.rejects(addresses({ STREAMBOOK_HOME: home }), { code: "STACK_DOWN", hint: { start: [] } });
  }));

test("addresses and pages come from the ports", () => {
  assert.deepEqual(state.addresses, {
    kafka: "127.0.0.1:9092",
    webhdfs: "http://127.0.0.1:9870",
    hdfs: "hdfs://127.0.0.1:8020",
    resourceManager: "http://127.0.0.1:8088",
    jobHistory: "http://127.0.0.1:19888",
    hive: "127.0.0.1:10000",
  });
  assert.equal(pageOf("namenode", { hosts: everyHost("h"), ports }), "http://h:9870");
  assert.equal(pageOf("kafka", topology), undefined);
});
